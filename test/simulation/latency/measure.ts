/** How long people wait for each other, by how the room is built: the real code where it is ours, played in virtual time. */
import type { ChatLimits, Region } from "../../../worker/bindings.ts";
import { distance } from "../../../worker/placement/by-nearness.ts";
import { REGION_PLACES } from "../../../worker/placement/region-places.ts";
import { Random } from "../engine/random.ts";
import type { Plan, Step } from "../schedule/plan.ts";
import { Simulation } from "../simulation.ts";
import { BACKBONE_JITTER, backbone, COMMIT_MS, lastMile, personToRegion } from "./ways.ts";

/** The article's five. */
export const PLACES = {
  "US East": "enam",
  "US West": "wnam",
  Europe: "weur",
  Asia: "apac-ne",
  "S. America": "sam",
} as const satisfies Record<string, Region>;
export type PlaceName = keyof typeof PLACES;
// The keys of a record of K are K.
export const PLACE_NAMES = Object.keys(PLACES) as PlaceName[];

/** Where the one server, or the sequencer, stands. */
const CENTRE: Region = "enam";
const SEED = 20_260_101;
const EARTH_KM = 6371;
/** km/ms: light in glass goes at two thirds of its speed. */
const FIBRE_KM_PER_MS = 200;

export interface Spread {
  readonly p50: number;
  readonly p99: number;
}

/** For the people of one place, ms. */
export interface Waits {
  /** From writing a message to knowing that it is safe. */
  readonly own: Spread;
  /** From somebody of the same place writing to seeing it. */
  readonly neighbour: Spread;
  /** From somebody elsewhere writing to seeing it. */
  readonly abroad: Spread;
}

export type Design = "server" | "object" | "sequencer" | "ours";
export type Measured = Readonly<Record<Design, Readonly<Record<PlaceName, Waits>>>>;

const kinds = ["own", "neighbour", "abroad"] as const;
type Samples = Record<PlaceName, Record<(typeof kinds)[number], number[]>>;

const noSamples = (): Samples => {
  const none = () => ({ own: [], neighbour: [], abroad: [] });
  return { "US East": none(), "US West": none(), Europe: none(), Asia: none(), "S. America": none() };
};

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

const waitsOf = (samples: Samples): Record<PlaceName, Waits> => {
  const of = (name: PlaceName): Waits => ({
    own: spreadOf(samples[name].own),
    neighbour: spreadOf(samples[name].neighbour),
    abroad: spreadOf(samples[name].abroad),
  });
  return {
    "US East": of("US East"),
    "US West": of("US West"),
    Europe: of("Europe"),
    Asia: of("Asia"),
    "S. America": of("S. America"),
  };
};

/** @param messages that each of the five writers writes */
export async function measure(messages = 120): Promise<Measured> {
  const centre = noSamples();
  await play([CENTRE], 0, messages * 2, centre);
  const object = noSamples();
  // The object stands where the room's first visitor was: as often in each place.
  for (const name of PLACE_NAMES) await play([PLACES[name]], COMMIT_MS, Math.ceil(messages / 2), object);
  const ours = noSamples();
  await play(Object.values(PLACES), COMMIT_MS, messages * 2, ours);
  return {
    server: waitsOf(centre),
    object: waitsOf(object),
    sequencer: waitsOf(sequencer(messages * 5)),
    ours: waitsOf(ours),
  };
}

/** The real room in these regions: in each place one who writes and one who reads. */
async function play(
  regions: readonly Region[],
  commitMs: number,
  messages: number,
  into: Samples,
): Promise<void> {
  const random = new Random(SEED, "writers");
  const users = PLACE_NAMES.flatMap((name) =>
    [1, 2].map((number) => ({
      name: `${PLACES[name]}-${number}`,
      place: PLACES[name],
      kind: "v1" as const,
      clockMs: 0,
    })),
  );
  const steps: Step[] = users.map(({ name }, index) => ({ at: 100 * index, do: "come", user: name }));
  for (const name of PLACE_NAMES)
    for (let number = 0; number < messages; number++)
      steps.push({
        at: 20_000 + 7_000 * number + random.int(0, 6_000),
        do: "say",
        user: `${PLACES[name]}-1`,
        count: 1,
      });
  const plan: Plan = {
    seed: SEED,
    regions,
    begins: "replicated",
    limits: LIMITS,
    weather: { commitMs, alarmLateMs: 100, requestLost: 0, answerLost: 0, twice: 0, jitter: BACKBONE_JITTER },
    users,
    steps: steps.sort((a, b) => a.at - b.at),
  };
  const simulation = new Simulation(plan, false, undefined, personToRegion);
  const placeOf = (user: string): PlaceName | undefined =>
    PLACE_NAMES.find((name) => user.startsWith(`${PLACES[name]}-`));
  simulation.ledger.onSeen = (reader, text, ms) => {
    const [here, there] = [placeOf(reader), placeOf(text)];
    if (here === undefined || there === undefined || text.startsWith(`${reader} `)) return;
    into[here][here === there ? "neighbour" : "abroad"].push(ms);
  };
  await simulation.play(5_000);
  const { acks, texts, written } = simulation.ledger;
  for (const { client, userId, clientId, at } of acks) {
    const here = placeOf(client);
    const since = written.get(texts.get(`${userId}/${clientId}`) ?? "");
    if (here !== undefined && since !== undefined) into[here].own.push(at - since);
  }
  simulation.end();
}

/**
 * Not our code, so the sum of its parts: a message goes to the shard nearby, on to the one object that gives it its number,
 * and from there to every shard.
 */
function sequencer(messages: number): Samples {
  const random = new Random(SEED, "sequencer");
  const samples = noSamples();
  for (const writer of PLACE_NAMES)
    for (let number = 0; number < messages; number++) {
      const numbered =
        lastMile(random) + backbone(PLACES[writer], CENTRE, random) + random.between(0, COMMIT_MS);
      const to = (place: PlaceName): number =>
        numbered + backbone(CENTRE, PLACES[place], random) + lastMile(random);
      samples[writer].own.push(to(writer));
      for (const reader of PLACE_NAMES)
        samples[reader][reader === writer ? "neighbour" : "abroad"].push(to(reader));
    }
  return samples;
}

/** ms that light in glass needs from the other four to this place, at the median: nothing can be faster. */
export function floorOf(name: PlaceName): number {
  const others = PLACE_NAMES.filter((other) => other !== name).map(
    (other) =>
      (distance(REGION_PLACES[PLACES[name]], REGION_PLACES[PLACES[other]]) * EARTH_KM) / FIBRE_KM_PER_MS,
  );
  return spreadOf(others).p50;
}

const LIMITS: ChatLimits = {
  connectionsPerRoom: 1000,
  connectionsPerUser: 5,
  messagesPerMinute: 10,
  messageLength: 500,
  visibleMessages: 100,
  recentMessages: 10,
  retentionMs: 600_000,
};
