import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clientIdOf, keyOf, Outbox, type OutboxEntry } from "../../client/outbox.ts";

const WINDOW_MS = 600_000;
const state = (outbox: Outbox, key: string): string | undefined =>
  outbox.entries.find((entry) => entry.key === key)?.state;
const taken = (outbox: Outbox, now: number): string[] =>
  outbox.take(now, WINDOW_MS).map(({ message }) => message);

describe("outbox", () => {
  it("names a message by the server's time of its first sending and keeps that name when it goes again", () => {
    const outbox = new Outbox();
    outbox.add("hello", "key-key-key");
    const [first] = outbox.take(1_000_000, WINDOW_MS);
    outbox.disconnected();
    const [again] = outbox.take(1_500_000, WINDOW_MS);
    expect(first && clientIdOf(first)).toBe(`${(1_000_000).toString(36)}-key-key-key`);
    expect(again && clientIdOf(again)).toBe(first && clientIdOf(first));
    expect(keyOf(first ? clientIdOf(first) : "")).toBe("key-key-key");
  });

  it("does not send a message again while its answer is awaited", () => {
    const outbox = new Outbox();
    outbox.add("hello", "a");
    expect(taken(outbox, 0)).toEqual(["hello"]);
    expect(taken(outbox, 1)).toEqual([]);
  });

  it("has at most ten messages under way and goes on when one is acknowledged", () => {
    const outbox = new Outbox();
    for (let at = 0; at < 12; at++) outbox.add(`m${at}`, `k${at}`);
    const first = outbox.take(5, WINDOW_MS);
    expect(first).toHaveLength(10);
    outbox.acknowledge(first[0] ? clientIdOf(first[0]) : "", "id-0");
    expect(taken(outbox, 6)).toEqual(["m10"]);
  });

  it("waits as long as the rate limit says, and what was written later waits behind it", () => {
    const outbox = new Outbox();
    outbox.add("first", "a");
    const [first] = outbox.take(1_000, WINDOW_MS);
    outbox.refuse(first ? clientIdOf(first) : "", { code: "rate_limited", message: "slow" }, 1_000, 30_000);
    outbox.add("second", "b");
    expect(state(outbox, "a")).toBe("limited");
    expect(outbox.dueIn(1_000)).toBe(30_000);
    expect(taken(outbox, 30_999)).toEqual([]);
    expect(taken(outbox, 31_000)).toEqual(["first", "second"]);
  });

  it("calls a message unconfirmed instead of sending it again after the resend window", () => {
    const outbox = new Outbox();
    outbox.add("old", "a");
    outbox.take(1_000, WINDOW_MS);
    outbox.disconnected();
    outbox.add("new", "b");
    expect(taken(outbox, 1_000 + WINDOW_MS)).toEqual(["new"]);
    expect(state(outbox, "a")).toBe("unconfirmed");
  });

  it("sends a message that never went out however long it waited", () => {
    const outbox = new Outbox();
    outbox.add("written on a train", "a");
    expect(taken(outbox, 10 * WINDOW_MS)).toEqual(["written on a train"]);
  });

  it("calls what was sent unconfirmed when the user is another one now, and keeps what was not", () => {
    const outbox = new Outbox();
    outbox.add("sent", "a");
    outbox.take(0, WINDOW_MS);
    outbox.add("unsent", "b");
    outbox.disconnected();
    outbox.identityLost();
    expect([state(outbox, "a"), state(outbox, "b")]).toEqual(["unconfirmed", "queued"]);
  });

  it("takes too_old as unconfirmed and any other refusal as failed, with the server's reason", () => {
    const outbox = new Outbox();
    outbox.add("x", "a");
    outbox.add("y", "b");
    const [a, b] = outbox.take(0, WINDOW_MS).map(clientIdOf);
    outbox.refuse(a ?? "", { code: "too_old", message: "too old" }, 0);
    outbox.refuse(b ?? "", { code: "too_long", message: "too long" }, 0);
    expect(outbox.entries).toMatchObject([
      { state: "unconfirmed", problem: { code: "too_old" } },
      { state: "failed", problem: { code: "too_long", message: "too long" } },
    ]);
  });

  it("lets go of a message when it arrives, by its clientId or by the id of its ack", () => {
    const outbox = new Outbox();
    outbox.add("x", "a");
    outbox.add("y", "b");
    const [a, b] = outbox.take(0, WINDOW_MS).map(clientIdOf);
    outbox.acknowledge(a ?? "", "id-a");
    expect(state(outbox, "a")).toBe("acknowledged");
    expect(outbox.arrived("id-a")?.key).toBe("a");
    expect(outbox.arrived("id-b", b)?.key).toBe("b");
    expect(outbox.entries).toEqual([]);
  });

  it("ignores answers about messages that are not its own", () => {
    const outbox = new Outbox();
    outbox.add("x", "a");
    outbox.take(5, WINDOW_MS);
    expect(outbox.acknowledge("9-a", "id")).toBeUndefined();
    expect(outbox.refuse("5-other", { code: "too_long", message: "" }, 5)).toBeUndefined();
    expect(state(outbox, "a")).toBe("sent");
  });
});

type Step =
  | { readonly do: "write" | "take" | "disconnect" | "restart" | "ack" | "limit" }
  | { readonly do: "wait"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom("write", "take", "disconnect", "restart", "ack", "limit") as fc.Arbitrary<"write">,
  }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: WINDOW_MS }) }),
);

describe("outbox, whatever happens", () => {
  it("never uses two clientIds for one message nor sends one after its window, and loses none", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let outbox = new Outbox();
        let now = 1_000;
        let written = 0;
        const idsOf = new Map<string, Set<string>>();
        const acknowledged = new Set<string>();
        for (const next of steps) {
          if (next.do === "write") outbox.add(`m${written}`, `key-${written++}`);
          if (next.do === "wait") now += next.ms;
          if (next.do === "disconnect") outbox.disconnected();
          if (next.do === "restart") outbox = new Outbox(outbox.entries);
          const sent = outbox.entries.filter((entry) => entry.state === "sent");
          const oldest: OutboxEntry | undefined = sent[0];
          if (next.do === "ack" && oldest) {
            outbox.acknowledge(clientIdOf(oldest), `id-${oldest.key}`);
            acknowledged.add(oldest.key);
          }
          if (next.do === "limit" && oldest)
            outbox.refuse(clientIdOf(oldest), { code: "rate_limited", message: "" }, now, 7_000);
          if (next.do !== "take") continue;
          for (const entry of outbox.take(now, WINDOW_MS)) {
            expect(now - (entry.createdAt ?? 0)).toBeLessThan(WINDOW_MS);
            idsOf.set(entry.key, (idsOf.get(entry.key) ?? new Set()).add(clientIdOf(entry)));
          }
        }
        for (const ids of idsOf.values()) expect(ids.size).toBe(1);
        expect(outbox.entries.map(({ key }) => key)).toEqual(
          Array.from({ length: written }, (_, at) => `key-${at}`),
        );
        for (const key of acknowledged) expect(state(outbox, key)).toBe("acknowledged");
      }),
    );
  });
});
