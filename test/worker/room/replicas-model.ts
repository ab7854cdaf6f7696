/** Random users and faults over three regions, and what must hold when everything works again. */
import fc from "fast-check";
import { expect } from "vitest";
import { Reader } from "./reader.ts";
import { type Visitor, World } from "./virtual-world.ts";

const REGIONS = ["weur", "apac", "enam"];
const region = fc.constantFrom(...REGIONS);
const user = fc.nat(3);

export const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("say" as const), user, count: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("again" as const), user }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 4000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 60_000, max: 900_000 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("hop" as const), user, region }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), region, nth: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("crash" as const), region }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cut" as const), from: region, to: region }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("heal" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("lose" as const), region }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("skew" as const),
      region,
      ms: fc.constantFrom(0, 5000, -5000, 3_600_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fail" as const), region }) },
);

class Person {
  readonly reader = new Reader();
  readonly unacked = new Map<string, string>();
  readonly said: { clientId: string; text: string }[] = [];
  visitor: Visitor | undefined;
  at = "";
}

export async function run(
  steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
): Promise<void> {
  const world = new World(REGIONS, { messagesPerMinute: 10_000, visibleMessages: 6, recentMessages: 6 });
  const people = [0, 1, 2, 3].map(() => new Person());
  let lost = false;
  const acked = new Map<string, string>();

  const read = () => {
    for (const person of people) {
      const { visitor } = person;
      if (visitor === undefined) continue;
      for (const { clientId, id } of visitor.socket.of("ack")) {
        person.unacked.delete(clientId);
        expect(acked.get(clientId) ?? id).toBe(id);
        acked.set(clientId, id);
      }
      person.reader.read(visitor);
    }
  };
  const connect = async (index: number, where: string) => {
    const person = people[index];
    if (person === undefined) return;
    read();
    if (person.visitor?.socket.closed === undefined && person.visitor !== undefined)
      world.site(person.at).leave(person.visitor);
    person.visitor = undefined;
    const since = person.reader.order === "" ? {} : { resuming: true, since: person.reader.cursor };
    person.at = where;
    try {
      person.visitor = await world.site(where).enter(`user${index}`, since);
    } catch {
      return;
    }
    for (const [clientId, text] of person.unacked) person.visitor.say(text, clientId);
  };
  const present = async (index: number): Promise<Visitor | undefined> => {
    const person = people[index];
    if (person?.visitor === undefined || person.visitor.socket.closed !== undefined)
      await connect(index, person?.at || (REGIONS[index % 3] ?? ""));
    return person?.visitor;
  };

  for (const one of steps) {
    if (one.do === "say") {
      const visitor = await present(one.user);
      for (let n = 0; n < one.count; n++) {
        const clientId = world.clientId();
        const text = `${one.user}:${clientId}`;
        people[one.user]?.unacked.set(clientId, text);
        people[one.user]?.said.push({ clientId, text });
        visitor?.say(text, clientId);
      }
    } else if (one.do === "again") {
      const last = people[one.user]?.said.at(-1);
      if (last !== undefined) (await present(one.user))?.say(last.text, last.clientId);
    } else if (one.do === "pass") await world.pass(one.ms);
    else if (one.do === "hop") await connect(one.user, one.region);
    else if (one.do === "delete") {
      const shown = world.site(one.region).places.filter(({ state }) => state === 0);
      const target = shown[one.nth % Math.max(1, shown.length)];
      if (target !== undefined) world.site(one.region).awake().remove(target.id);
    } else if (one.do === "crash") {
      read();
      world.site(one.region).crash();
    } else if (one.do === "cut") {
      if (one.from !== one.to) world.cut(one.from, one.to);
    } else if (one.do === "heal") world.heal();
    else if (one.do === "lose") {
      read();
      world.site(one.region).loseStorage();
      lost = true;
    } else if (one.do === "skew") world.site(one.region).skew = one.ms;
    else world.site(one.region).sql.failOn = "INSERT INTO entries";
    read();
  }

  // Everything works again: the room comes to rest.
  world.heal();
  for (const site of world.sites) site.sql.failOn = undefined;
  for (let index = 0; index < people.length; index++) {
    const person = people[index];
    if (person?.visitor === undefined || person.visitor.socket.closed !== undefined)
      await connect(index, person?.at || "weur");
  }
  await world.pass(3_700_000);
  read();

  const sites = world.sites
    .filter(({ isFounded }) => isFounded)
    .filter(({ region: name }) => world.hub.members.some((member) => member.region === name));
  const floors = sites.map(
    ({ sql }) => sql.all<{ value: string }>("SELECT value FROM facts WHERE key = 'floor'")[0]?.value ?? "",
  );
  const floor = floors.toSorted().at(-1) ?? "";
  const held = (places: ReturnType<typeof world.site>["places"]) =>
    places
      .filter(({ place, state }) => place > floor && state !== 2)
      .map(({ place, id, state }) => `${place} ${id} ${state}`);
  const [first, ...others] = sites;
  const reference = first === undefined ? [] : held(first.places);
  for (const other of others) expect(held(other.places)).toEqual(reference);
  const visible = (first?.places ?? []).filter(({ place, state }) => place > floor && state === 0);
  const known = new Set(visible.map(({ id }) => id));
  for (const [index, person] of people.entries()) {
    if (person.visitor === undefined || person.visitor.socket.closed !== undefined) continue;
    const shown = [...person.reader.shown.values()]
      .filter(({ order }) => order > floor)
      // What went with the only storage that had it stays on the screens of those who saw it.
      .filter(({ id }) => !lost || known.has(id))
      .sort((a, b) => (a.order < b.order ? -1 : 1))
      .map(({ order, id }) => `${order} ${id}`);
    const all = visible.map(({ place, id }) => `${place} ${id}`);
    // A client that began afresh shows the newest only.
    expect(shown, `user${index}`).toEqual(all.slice(all.length - shown.length));
    expect(shown.length).toBeGreaterThanOrEqual(Math.min(6, all.length));
  }
  if (!lost)
    for (const id of acked.values()) {
      const copies = sites.flatMap(({ sql }) =>
        sql.all("SELECT 1 AS one FROM entries WHERE id = ? AND state <> 2", id),
      );
      if (copies.length > 0 && copies.length < sites.length)
        // Held by some: only while it is trimmed by others.
        expect(floor > "").toBe(true);
    }
}
