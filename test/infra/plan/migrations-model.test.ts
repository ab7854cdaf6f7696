import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digests } from "../../../infra/fingerprint.ts";
import { classesAfter, type MigrationStep } from "../../../infra/plan/migration-steps.ts";
import { planMigrations } from "../../../infra/plan/migrations.ts";
import { Account, CALLS, type Failure, type Mishap, Stack } from "./cloudflare-model.ts";

/** Histories that make sense: each step makes, renames or deletes one of four classes. */
const histories: fc.Arbitrary<MigrationStep[]> = fc
  .array(fc.tuple(fc.constantFrom("new", "rename", "delete"), fc.nat(), fc.nat()), { maxLength: 6 })
  .map((choices) => {
    const steps: MigrationStep[] = [{ tag: "v1", newSqliteClasses: ["A"] }];
    for (const [verb, one, other] of choices) {
      const tag = `v${steps.length + 1}`;
      const present = classesAfter(steps);
      const free = ["A", "B", "C", "D"].filter((name) => !present.includes(name));
      const from = present[one % present.length];
      const to = free[other % free.length];
      if (verb === "new" && to) steps.push({ tag, newSqliteClasses: [to] });
      if (verb === "rename" && from && to) steps.push({ tag, renamedClasses: [{ from, to }] });
      if (verb === "delete" && from && present.length > 1) steps.push({ tag, deletedClasses: [from] });
    }
    return steps;
  });

type Event =
  | {
      readonly kind: "up";
      readonly code: string;
      readonly failure: Failure | undefined;
      readonly release: boolean;
    }
  | { readonly kind: "hand" };

/** `a+1` and `a+2` are the same code with other bindings: the same etag. */
const codes = fc.constantFrom("a+1", "a+2", "b+1");
const MISHAPS: Mishap[] = ["refused", "lost", "killed before", "killed after"];
const failures: fc.Arbitrary<Failure> = fc.record({
  call: fc.constantFrom(...CALLS),
  mishap: fc.constantFrom(...MISHAPS),
});
const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("up" as const),
      code: codes,
      failure: fc.option(failures, { nil: undefined }),
      release: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("hand" as const) }) },
);
const scripts = fc.array(events, { maxLength: 12 });

/** Plays the events; the history that is released grows by one step with each `release`. */
function play(history: readonly MigrationStep[], script: readonly Event[]) {
  const account = new Account();
  const stack = new Stack(account);
  let released = 1;
  for (const event of script) {
    if (event.kind === "hand") account.touch();
    else {
      if (event.release && released < history.length) released += 1;
      const end = stack.up(history.slice(0, released), event.code, { failure: event.failure });
      expect(["well", "refused", "killed"], "the stack's own script is never refused to it").toContain(end);
    }
  }
  return { account, stack, known: history.slice(0, released) };
}

describe("up, over any history, after any failures of any call and any hand-made changes", () => {
  it("is never refused by Cloudflare, but for the repetition of an upload whose answer was lost", () => {
    fc.assert(
      fc.property(histories, scripts, (history, script) => {
        const { account } = play(history, script);
        const lost = script.filter(
          (event) =>
            event.kind === "up" && event.failure?.call === "script" && event.failure.mishap === "lost",
        );
        expect(account.rejections.length).toBeLessThanOrEqual(lost.length);
      }),
      { numRuns: 2000 },
    );
  });

  it("runs each step at most once, in order", () => {
    fc.assert(
      fc.property(histories, scripts, (history, script) => {
        const { account } = play(history, script);
        const order = account.ran.map((tag) => history.findIndex((step) => step.tag === tag));
        expect(order).toEqual([...new Set(order)].sort((a, b) => a - b));
      }),
      { numRuns: 2000 },
    );
  });

  it("converges: the next run succeeds, the classes are the history's, and then nothing changes any more", () => {
    fc.assert(
      fc.property(histories, scripts, codes, (history, script, code) => {
        const { account, stack, known } = play(history, script);
        expect(stack.up(known, code)).toBe("well");
        expect(account.script?.tag).toBe(known.at(-1)?.tag);
        expect([...(account.script?.classes ?? [])].sort()).toEqual(classesAfter(known).sort());
        const { uploads } = account;
        expect(stack.up(known, code)).toBe("well");
        expect(stack.up(known, code)).toBe("well");
        expect(account.uploads).toBe(uploads);
      }),
      { numRuns: 2000 },
    );
  });

  it("settles by itself, in the same command, whatever answer is lost", () => {
    fc.assert(
      fc.property(histories, fc.constantFrom(...CALLS), codes, (history, call, code) => {
        const { stack, known } = play(history, []);
        expect(stack.up(known, code, { failure: { call, mishap: "lost" } })).toBe("well");
      }),
    );
  });

  it("costs a first run one upload and every repetition none", () => {
    fc.assert(
      fc.property(histories, codes, (history, code) => {
        const account = new Account();
        const stack = new Stack(account);
        for (let run = 0; run < 4; run += 1) expect(stack.up(history, code)).toBe("well");
        expect(account.uploads).toBe(1);
      }),
    );
  });

  it("sends no step again when a failed run that changed only bindings is taken back", () => {
    const account = new Account();
    const stack = new Stack(account);
    const history: MigrationStep[] = [{ tag: "v1", newSqliteClasses: ["A"] }];
    stack.up(history, "a+1");
    stack.up(history, "a+2", { failure: { call: "subdomain", mishap: "refused" } });
    stack.up(history, "a+2", { failure: { call: "outputs", mishap: "killed before" } });
    expect(stack.up(history, "a+1")).toBe("well");
    expect(account.rejections).toEqual([]);
  });
});

describe("a plan, over all histories, checkouts and live tags", () => {
  const place = { accountId: "acc", scriptName: "edge-chat-dev" };

  it("sends exactly the steps that the live script lacks, or refuses a tag that its checkout does not know", () => {
    fc.assert(
      fc.property(histories, fc.nat(), fc.option(fc.nat()), (steps, checkout, liveAt) => {
        const history = steps.slice(0, (checkout % steps.length) + 1);
        const tag = liveAt === null ? "somebody-elses" : (steps[liveAt % steps.length]?.tag ?? "");
        const names = classesAfter(history);
        const { problems, migrations } = planMigrations({
          ...place,
          stack: "dev",
          history,
          digests: digests(history),
          bound: names,
          exported: names,
          live: { tag },
          last: undefined,
          memory: { recorded: [place] },
          allowDeletedClasses: ["A", "B", "C", "D"],
        });
        const at = history.findIndex((step) => step.tag === tag);
        if (at === -1) {
          expect(problems.map(({ what }) => what).join()).toContain(
            `migration tag ${tag}, which this program`,
          );
          return;
        }
        expect(problems).toEqual([]);
        const lacking = history.slice(at + 1).map(({ tag: _, ...body }) => body);
        if (lacking.length === 0) expect(migrations).toBeUndefined();
        else {
          const { oldTag, newTag, steps: sent, ...only } = migrations ?? { newTag: "" };
          expect({ oldTag, newTag }).toEqual({ oldTag: tag, newTag: history.at(-1)?.tag });
          expect(sent ?? [only]).toEqual(lacking);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a fresh clone with an empty backend", () => {
  it("never touches a live script, however far the stack that made it came", () => {
    fc.assert(
      fc.property(histories, scripts, codes, failures, (history, script, code, failure) => {
        const { account, known } = play(history, script);
        fc.pre(account.script !== undefined);
        const before = structuredClone(account.script);
        const clone = new Stack(account);
        for (const attempt of [failure, undefined]) {
          expect(clone.up(known, code, { failure: attempt })).toEqual([
            expect.objectContaining({ what: expect.stringContaining("nothing in this stack's state") }),
          ]);
          expect(account.script).toEqual(before);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("gives way to a first up that overtakes its own, in the same command and in every later one", () => {
    fc.assert(
      fc.property(histories, codes, codes, (history, code, other) => {
        const account = new Account();
        const [owner, clone] = [new Stack(account), new Stack(account)];
        const end = clone.up(history, other, {
          meanwhile: { call: "namespace", happens: () => expect(owner.up(history, code)).toBe("well") },
        });
        const deployed = structuredClone(account.script);
        expect(end).toBe("foreign namespace");
        expect(clone.up(history, other)).toEqual([
          expect.objectContaining({ what: expect.stringContaining("nothing in this stack's state") }),
        ]);
        expect(account.script).toEqual(deployed);
        expect(owner.up(history, code)).toBe("well");
      }),
    );
  });
});
