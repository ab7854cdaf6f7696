/** A plan from a seed. */
import { type ChatLimits, REGIONS, type Region } from "../../../worker/bindings.ts";
import { Random } from "../engine/random.ts";
import { HUB, type Plan, type Step, type User, type Weather } from "./plan.ts";

export interface PlanOptions {
  /** How many regions at the beginning; by the seed where absent. */
  readonly regions?: number | undefined;
  /** Multiplies users and steps; 1 is a run of some 20 ms. */
  readonly size?: number | undefined;
}

const MINUTE = 60_000;

/** Nearly everything that can go wrong goes wrong between two or three; many regions cost many times as much. */
const REGION_COUNTS = [1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 9];

const LIMITS: ChatLimits = {
  connectionsPerRoom: 1000,
  connectionsPerUser: 5,
  messagesPerMinute: 10,
  messageLength: 500,
  visibleMessages: 100,
  recentMessages: 10,
  retentionMs: 10 * MINUTE,
};

export function makePlan(seed: number, { regions: count, size = 1 }: PlanOptions = {}): Plan {
  const random = new Random(seed, "plan");
  const regions = someRegions(random, count ?? random.pick(REGION_COUNTS));
  const users = Array.from({ length: random.int(2, 3 + Math.ceil(2 * size)) }, (_, index) =>
    makeUser(random, index, regions),
  );
  const limits = {
    ...LIMITS,
    ...(random.chance(0.4) ? { visibleMessages: random.int(3, 10), recentMessages: 3 } : {}),
    ...(random.chance(0.3) ? { connectionsPerRoom: random.int(1, users.length) } : {}),
    ...(random.chance(0.3) ? { messagesPerMinute: random.int(2, 5) } : {}),
    // Who hops or drops off finds the old connection in the way, here or in another region.
    ...(seed % 8 === 5 ? { connectionsPerUser: 1 } : {}),
  };
  const weather = makeWeather(random);
  const steps = noticeable(makeSteps(random, regions, users, size), weather);
  if (regions.length === 1 || random.chance(0.85))
    return { seed, regions, begins: "replicated", limits, weather, users, steps };
  const upgrade: Step = {
    at: random.int(5_000, steps.at(-1)?.at ?? MINUTE),
    do: "upgrade",
    ms: random.pick([100, 60_000]),
  };
  // Other settings come with a later deploy.
  const others = steps.filter((step) => step.do !== "configure" || step.at > upgrade.at + upgrade.ms);
  const all = [...others, upgrade].sort((a, b) => a.at - b.at);
  return { seed, regions, begins: "single", limits, weather, users, steps: all };
}

/**
 * That a storage went back in time shows in what the peers have seen of it. Where they cannot be asked before it writes
 * on, nobody can tell: such runs have no such step. (Nobody but an operator takes a storage back.)
 */
function noticeable(steps: readonly Step[], { requestLost, answerLost }: Weather): readonly Step[] {
  const apart =
    requestLost + answerLost > 0 || steps.some((step) => step.do === "cut" || step.do === "crash");
  return apart ? steps.filter((step) => step.do !== "restore") : steps;
}

function someRegions(random: Random, count: number): Region[] {
  const left = [...REGIONS];
  return Array.from({ length: Math.min(count, left.length) }, () => {
    const [region = "weur"] = left.splice(random.int(0, left.length - 1), 1);
    return region;
  });
}

const makeUser = (random: Random, index: number, regions: readonly Region[]): User => ({
  name: `${"abcdefghijklmnopqrstuvwxyz"[index % 26]}${index >= 26 ? Math.floor(index / 26) : ""}`,
  place: random.chance(0.9) ? random.pick(regions) : random.pick(REGIONS),
  kind: random.chance(0.85) ? "v1" : "plain",
  clockMs: random.chance(0.3) ? random.int(-90_000, 90_000) : 0,
});

function makeWeather(random: Random): Weather {
  const bad = random.chance(0.5);
  return {
    commitMs: random.pick([0, 2, 10, 50]),
    alarmLateMs: random.pick([100, 5_000, 60_000]),
    requestLost: bad ? random.between(0, 0.2) : 0,
    answerLost: bad ? random.between(0, 0.2) : 0,
    twice: bad ? random.between(0, 0.2) : 0,
    jitter: random.pick([0.1, 1, 5]),
  };
}

/** How long a run's chat lasts. Most faults need less than a minute to matter; those of the retention need longer. */
function makeSteps(random: Random, regions: readonly Region[], users: readonly User[], size: number): Step[] {
  const length = random.weighted({ short: 5, medium: 3, long: 2 });
  const spanMs = { short: 1.5 * MINUTE, medium: 8 * MINUTE, long: 40 * MINUTE }[length];
  const steps: Step[] = users.map(({ name }) => ({ at: random.int(0, 3_000), do: "come", user: name }));
  const context = { random, regions, users, spanMs };
  for (let count = Math.round(random.int(12, 30) * size); count > 0; count--) steps.push(userStep(context));
  for (let count = Math.round(random.int(0, 7) * size); count > 0; count--) steps.push(faultStep(context));
  if (regions.length > 1)
    for (let count = Math.round(random.int(0, 2) * size); count > 0; count--)
      steps.push(...narrowEscape(context));
  return steps.sort((a, b) => a.at - b.at);
}

interface Context {
  readonly random: Random;
  readonly regions: readonly Region[];
  readonly users: readonly User[];
  readonly spanMs: number;
}

function userStep({ random, regions, users, spanMs }: Context): Step {
  const at = random.int(500, spanMs);
  const { name: user } = random.pick(users);
  const kind = random.weighted({
    say: 60,
    hop: 8,
    drop: 8,
    leave: 4,
    come: 6,
    vanish: 2,
    repeat: 4,
    forget: 1,
    type: 3,
    remove: 3,
    kick: 1,
  });
  switch (kind) {
    case "say":
      return { at, do: "say", user, count: random.chance(0.8) ? 1 : random.int(2, 12) };
    case "hop":
      return { at, do: "hop", user, place: random.pick(regions) };
    case "vanish":
      return { at, do: "vanish", user, ms: random.int(1_000, 5 * MINUTE) };
    case "remove":
      return { at, do: "remove", place: random.pick(regions), pick: random.int(0, 9) };
    case "kick":
      return { at, do: "kick", place: random.pick(regions), user, banSeconds: random.pick([0, 30, 600]) };
    default:
      return { at, do: kind, user };
  }
}

/** A message that is on its way when its writer goes elsewhere: both regions may take it. Perhaps somebody deletes it. */
function narrowEscape({ random, regions, users, spanMs }: Context): Step[] {
  const at = random.int(500, spanMs);
  const { name: user } = random.pick(users);
  const [from, to] = [random.pick(regions), random.pick(regions)];
  const steps: Step[] = [
    { at, do: "hop", user, place: from },
    { at: at + 2_000, do: "say", user, count: 1 },
    { at: at + 2_000 + random.int(5, 200), do: "hop", user, place: to },
  ];
  if (random.chance(0.3))
    steps.push({ at: at + 1_900, do: "cut", a: from, b: to, ms: random.int(500, 30_000) });
  if (random.chance(0.4))
    steps.push({
      at: at + 2_100 + random.int(0, 3_000),
      do: "remove",
      place: random.pick(regions),
      pick: 0,
    });
  return steps;
}

function faultStep({ random, regions, spanMs }: Context): Step {
  const at = random.int(1_000, spanMs);
  const region = random.pick(regions);
  const object = random.chance(0.15) ? HUB : region;
  const kind = random.weighted({
    crash: 30,
    sleep: 10,
    loseStorage: 4,
    restore: 2,
    failWrite: 4,
    cut: 16,
    skew: 6,
    deploy: 5,
    configure: 5,
  });
  switch (kind) {
    case "crash":
      return {
        at,
        do: "crash",
        object,
        point: random.pick(["now", "beforeCommit", "afterCommit", "amidSends"]),
      };
    case "restore":
      // Nobody but an operator takes a storage back in time, and a hub's holds nothing that is worth it.
      return { at, do: "restore", object: region, share: random.next() };
    case "cut": {
      const b = random.chance(0.5) ? "*" : random.chance(0.2) ? HUB : random.pick(regions);
      const ms = random.weighted({ short: 4, medium: 4, long: 1 });
      const most = { short: 20_000, medium: 5 * MINUTE, long: 25 * MINUTE }[ms];
      return { at, do: "cut", a: object, b, ms: random.int(1_000, most) };
    }
    case "skew":
      return { at, do: "skew", region, ms: random.pick([-5_000, 5_000, -2_000, 2_000, 60 * MINUTE]) };
    case "deploy":
      return { at, do: "deploy", ms: random.pick([100, 60_000]) };
    case "configure":
      return { at, do: "configure", ...otherSettings(random, regions), ms: random.pick([100, 60_000]) };
    default:
      return { at, do: kind, object };
  }
}

/** One region more, or one that no visitor is sent to any more. */
function otherSettings(random: Random, regions: readonly Region[]): { regions: Region[]; closed: Region[] } {
  const absent = REGIONS.filter((region) => !regions.includes(region));
  if (regions.length > 1 && (random.chance(0.5) || absent.length === 0))
    return { regions: [...regions], closed: [random.pick(regions)] };
  return { regions: [...regions, random.pick(absent)], closed: [] };
}
