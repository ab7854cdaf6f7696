/** What must hold while nobody says a word, and after everybody left: a sleeping room costs nothing. */
import type { Simulation } from "../simulation.ts";

const HOUR = 3_600_000;
/** Calls between objects in an hour in which nothing happens, for each region. */
const IDLE_CALLS = 4;
/** Alarms in that hour for each object: an occupied room renews its entry in the directory. */
const IDLE_ALARMS = 4;

export async function brokenWhenIdle(simulation: Simulation): Promise<string[]> {
  const { world, network, objects } = simulation;
  simulation.outsidersLeave();
  await world.run(world.now + HOUR);
  const calls = network.calls;
  const alarms = new Map(objects.map((object) => [object, object.alarms]));
  await world.run(world.now + HOUR);
  const problems = [...unequalAfterHours(simulation), ...miscounted(simulation)];
  if (network.calls - calls > IDLE_CALLS * objects.length)
    problems.push(
      `quiet at rest: ${network.calls - calls} calls in an idle hour (${[...network.counts].join(" ")})`,
    );
  for (const object of objects) {
    if (object.timers > 0) problems.push(`no timers at rest: ${object.name} has ${object.timers}`);
    const rung = object.alarms - (alarms.get(object) ?? 0);
    if (rung > IDLE_ALARMS) problems.push(`quiet at rest: ${rung} alarms of ${object.name} in an idle hour`);
  }
  simulation.everybodyLeaves();
  await world.run(world.now + 30 * HOUR);
  for (const object of objects) {
    if (object.timers > 0) problems.push(`no timers in an empty room: ${object.name} has ${object.timers}`);
    if (object.hasAlarm) problems.push(`no alarms in an empty room: ${object.name} has one`);
  }
  return problems;
}

/** Every region that has somebody knows how many are in the room. One that slept learns it with the next message. */
function miscounted({ plan, replicas }: Simulation): string[] {
  if (plan.steps.some((step) => step.do === "sleep")) return [];
  const present = new Set([...replicas.values()].flatMap(({ users }) => users));
  return [...replicas.values()].flatMap(({ name, users, counted }) =>
    users.length === 0 || counted === undefined || counted === present.size
      ? []
      : [`everybody counts: ${name} counts ${counted} users, ${present.size} are here`],
  );
}

/** Every replica trimmed the same by now, and nothing more. */
function unequalAfterHours({ participants }: Simulation): string[] {
  const [first, ...others] = participants.map((replica) => ({
    name: replica.name,
    floor: replica.fact("floor") ?? "",
    places: replica.rows().map(({ order, id, state }) => `${order} ${id} ${state}`),
  }));
  if (first === undefined) return [];
  return others.flatMap(({ name, floor, places }) => [
    ...(floor === first.floor ? [] : [`one floor: ${first.floor} in ${first.name}, ${floor} in ${name}`]),
    ...(places.join() === first.places.join()
      ? []
      : [`one log after hours: ${first.places.length} places in ${first.name}, ${places.length} in ${name}`]),
  ]);
}
