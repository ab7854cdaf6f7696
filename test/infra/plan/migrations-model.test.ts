import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classesAfter, type MigrationStep } from "../../../infra/plan/migration-steps.ts";
import { type Ending, Model } from "./cloudflare-model.ts";

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
  | { readonly kind: "up"; readonly code: string; readonly ending: Ending; readonly release: boolean }
  | { readonly kind: "hand" };

/** `a+1` and `a+2` are the same code with other bindings: the same etag. */
const codes = fc.constantFrom("a+1", "a+2", "b+1");
const endings = fc.constantFrom<Ending>("well", "early", "after the upload", "answer lost");
const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("up"), code: codes, ending: endings, release: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("hand") }) },
);

/** Plays the events; the history that is released grows by one step with each `release`. */
function play(history: readonly MigrationStep[], script: readonly Event[]) {
  const model = new Model();
  let released = 1;
  for (const event of script) {
    if (event.kind === "hand") model.handChange();
    else {
      if (event.release && released < history.length) released += 1;
      model.up(history.slice(0, released), event.code, event.ending);
    }
  }
  return { model, known: history.slice(0, released) };
}

describe("migrations over any history, any failures and any hand-made changes", () => {
  it("are never refused, but by the second sending of an upload whose answer was lost", () => {
    fc.assert(
      fc.property(histories, fc.array(events, { maxLength: 12 }), (history, script) => {
        const { model } = play(history, script);
        const lost = script.filter((event) => event.kind === "up" && event.ending === "answer lost").length;
        expect(model.rejections.length).toBeLessThanOrEqual(lost);
      }),
      { numRuns: 2000 },
    );
  });

  it("run each step at most once, in order", () => {
    fc.assert(
      fc.property(histories, fc.array(events, { maxLength: 12 }), (history, script) => {
        const { model } = play(history, script);
        const order = model.ran.map((tag) => history.findIndex((step) => step.tag === tag));
        expect(order).toEqual([...new Set(order)].sort((a, b) => a - b));
      }),
      { numRuns: 1000 },
    );
  });

  it("converge: the next run succeeds, the classes are the history's, and at most one more upload follows", () => {
    fc.assert(
      fc.property(histories, fc.array(events, { maxLength: 12 }), codes, (history, script, code) => {
        const { model, known } = play(history, script);
        expect(model.up(known, code, "well")).toBe(true);
        expect(model.script?.tag).toBe(known.at(-1)?.tag);
        expect([...(model.script?.classes ?? [])].sort()).toEqual(classesAfter(known).sort());
        const first = model.uploads;
        expect(model.up(known, code, "well")).toBe(true);
        expect(model.uploads).toBe(first);
        expect(model.up(known, code, "well")).toBe(true);
        expect(model.uploads).toBe(first);
      }),
      { numRuns: 2000 },
    );
  });

  it("cost a first run one upload and every repetition none", () => {
    fc.assert(
      fc.property(histories, codes, (history, code) => {
        const model = new Model();
        for (let run = 0; run < 4; run += 1) expect(model.up(history, code, "well")).toBe(true);
        expect(model.uploads).toBe(1);
      }),
    );
  });

  it("are not sent again when a failed run that changed only bindings is taken back", () => {
    const history: MigrationStep[] = [{ tag: "v1", newSqliteClasses: ["A"] }];
    const model = new Model();
    model.up(history, "a+1", "well");
    model.up(history, "a+2", "after the upload");
    expect(model.up(history, "a+1", "well")).toBe(true);
    expect(model.rejections).toEqual([]);
  });
});
