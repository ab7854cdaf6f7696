/** What must hold once everything works again and has come to rest: DESIGN's invariants, one function each. */
import { laterOf } from "../../../worker/room/order.ts";
import type { PlaceRow, Replica } from "../objects/replica.ts";
import type { Simulation } from "../simulation.ts";

const WINDOW_MS = 60_000;

/** Each line names the invariant, then what breaks it. */
export function brokenAtRest(simulation: Simulation): string[] {
  const { participants } = simulation;
  const places = new Map(participants.map((replica) => [replica, replica.rows()]));
  const floor = participants.map((replica) => replica.fact("floor") ?? "").reduce(laterOf, "");
  return [
    ...simulation.ledger.violations,
    ...lost(simulation, places, laterOf(floor, simulation.ledger.floor)),
    ...unheard(simulation, floor),
    ...beforeItsCause(simulation),
    ...doubled(simulation, places),
    ...unequal(places, floor),
    ...timelines(simulation, places, floor),
    ...pending(simulation),
    ...absent(simulation),
    ...overLimit(simulation),
    ...arrays(simulation),
  ];
}

type Places = ReadonlyMap<Replica, readonly PlaceRow[]>;

function lost({ ledger }: Simulation, places: Places, floor: string): string[] {
  const winners = new Map([...places.keys()].flatMap((replica) => [...replica.winners()]));
  return ledger.acks.flatMap(({ id, order, clientId, userId }) => {
    if (ledger.excused.has(id) || ledger.deleted.has(id)) return [];
    const text = ledger.texts.get(`${userId}/${clientId}`);
    return [...places].flatMap(([{ name }, rows]) => {
      const copies = rows.filter((row) => row.id === id);
      if (copies.some((row) => (row.state === 0 || row.state === 3) && row.message === text)) return [];
      // A copy with a smaller order may have won, and lie below the floor.
      if (order <= floor || copies.some((row) => (winners.get(row.order) ?? row.order) <= floor)) return [];
      return [`acknowledged, never lost: "${text}" (${id}) is not in ${name}`];
    });
  });
}

/** What is history by now was seen by every member, as long as they were in touch. */
function unheard({ ledger, participants, alwaysInTouch }: Simulation, floor: string): string[] {
  if (!alwaysInTouch || ledger.losses > 0) return [];
  return ledger.acks.flatMap(({ id, order, at, clientId, userId }) => {
    if (order > floor || ledger.deleted.has(id)) return [];
    const holders = ledger.heldIn(id);
    return participants
      .filter(({ region }) => (ledger.founded.get(region) ?? at) < at && !holders.has(region))
      .map(
        ({ name }) =>
          `reaches everybody: "${ledger.texts.get(`${userId}/${clientId}`)}" never came to ${name}`,
      );
  });
}

/** Whoever had seen a message when they wrote, wrote after it. */
function beforeItsCause({ ledger, clocksAreWrong }: Simulation): string[] {
  if (clocksAreWrong) return [];
  return ledger.acks.flatMap(({ userId, clientId, order }) => {
    const key = `${userId}/${clientId}`;
    const after = ledger.after.get(key) ?? "";
    return order > after
      ? []
      : [`order follows the writer: "${ledger.texts.get(key)}" is at ${order}, its writer had seen ${after}`];
  });
}

function doubled({ ledger }: Simulation, places: Places): string[] {
  const problems: string[] = [];
  for (const [{ name }, rows] of places) {
    const seen = new Map<string, string>();
    for (const { id, message, state } of rows) {
      if (state === 1 || state === 2) continue;
      const before = seen.get(message);
      if (before !== undefined)
        problems.push(`exactly once: "${message}" is in ${name} as ${before} and ${id}`);
      seen.set(message, id);
    }
  }
  const ids = new Map<string, string>();
  for (const { userId, clientId, id } of ledger.acks) {
    const before = ids.get(`${userId}/${clientId}`);
    if (before !== undefined && before !== id)
      problems.push(`exactly once: ${clientId} is ${before} and ${id}`);
    ids.set(`${userId}/${clientId}`, id);
  }
  return problems;
}

function unequal(places: Places, floor: string): string[] {
  const [first, ...others] = [...places].map(([{ name }, rows]) => ({
    name,
    rows: new Map(rows.filter(({ order }) => order > floor).map((row) => [row.order, row])),
  }));
  if (first === undefined) return [];
  return others.flatMap(({ name, rows }) => {
    const problems: string[] = [];
    for (const [order, row] of first.rows) {
      const other = rows.get(order);
      if (other === undefined)
        problems.push(`one log: ${order} (${row.id}) is in ${first.name}, not in ${name}`);
      else if (other.id !== row.id || other.state !== row.state || other.message !== row.message)
        problems.push(
          `one log: ${order} is ${row.id} state ${row.state} in ${first.name}, ${other.id} state ${other.state} in ${name}`,
        );
    }
    for (const [order, row] of rows)
      if (!first.rows.has(order))
        problems.push(`one log: ${order} (${row.id}) is in ${name}, not in ${first.name}`);
    return problems.slice(0, 3);
  });
}

function timelines({ v1, ledger }: Simulation, places: Places, floor: string): string[] {
  const rowsOf = new Map([...places].map(([{ region }, rows]) => [region, rows]));
  return [...v1.values()].flatMap((client) => {
    if (!client.online || client.region === undefined) return [];
    const rows = rowsOf.get(client.region) ?? [];
    const live = new Map(rows.filter(({ state }) => state === 0).map((row) => [row.id, row]));
    const shown = client.view.timeline.messages;
    const problems: string[] = [];
    const texts = new Set<string>();
    for (const { id, order, message } of shown) {
      if (texts.has(message)) problems.push(`one timeline: ${client.name} shows "${message}" twice`);
      texts.add(message);
      const row = live.get(id);
      if (row === undefined) {
        if (order > floor && !ledger.excused.has(id) && !(ledger.losses > 0 && ledger.deleted.has(id)))
          problems.push(`one timeline: ${client.name} shows "${message}" (${id}), ${client.region} has none`);
      } else if (row.order !== order)
        problems.push(
          `one timeline: ${client.name} shows "${message}" at ${order}, ${client.region} has it at ${row.order}`,
        );
    }
    const ids = new Set(shown.map(({ id }) => id));
    for (const { id, order, message } of live.values()) {
      // A lost storage may take a deletion along; those who heard of it stay with it.
      if (ledger.losses > 0 && ledger.deleted.has(id)) continue;
      if (order > floor && order >= client.shownFrom && !ids.has(id))
        problems.push(
          `one timeline: ${client.name} in ${client.region} lacks "${message}" (${id} at ${order})`,
        );
    }
    return problems.slice(0, 3);
  });
}

function pending({ v1 }: Simulation): string[] {
  return [...v1.values()].flatMap((client) =>
    client.online
      ? client.delivery.entries
          .filter(({ state }) => state === "queued" || state === "sent" || state === "limited")
          .map(
            ({ message, state }) =>
              `everything is answered: "${message}" of ${client.name} is still ${state}`,
          )
      : [],
  );
}

/** Whoever wants to be in the room is, unless it is full or they were sent away. */
function absent({ v1, plain, plan }: Simulation): string[] {
  const present = [...v1.values(), ...plain.values()].filter((client) => client.present);
  if (present.length > plan.limits.connectionsPerRoom) return [];
  return present
    .filter((client) => !client.online)
    .map(({ name }) => `everybody gets in: ${name} is still outside`);
}

function overLimit({ ledger, plan }: Simulation): string[] {
  const limit = plan.limits.messagesPerMinute;
  const times = new Map<string, typeof ledger.accepted>();
  for (const accepted of ledger.accepted) {
    const key = `${accepted.region} ${accepted.userId}`;
    times.set(key, [...(times.get(key) ?? []), accepted]);
  }
  return [...times].flatMap(([who, accepted]) => {
    const breaks = ledger.breaks.get(accepted[0]?.region ?? "") ?? [];
    for (const [index, last] of accepted.entries()) {
      const first = accepted[index - limit];
      if (first === undefined || last.clock - first.clock >= WINDOW_MS) continue;
      if (breaks.some((at) => at >= first.at && at <= last.at)) continue;
      return [`rate: ${limit + 1} messages of ${who} within ${last.clock - first.clock} ms`];
    }
    return [];
  });
}

const arrays = ({ plain }: Simulation): string[] =>
  [...plain.values()]
    .filter(({ broken }) => broken > 0)
    .map(({ name }) => `plain clients get single objects: ${name} got something else`);
