import { describe, expect, it } from "vitest";
import { runInWords } from "../../../infra/plan/run-in-words.ts";

const deployed = { settings: { access: '"open"' }, secrets: { SESSION_KEY: "digest" } };

describe("what a preview says", () => {
  it("names the live tag, the steps to run and what becomes of each class", () => {
    const plan = {
      problems: [],
      migrations: { newTag: "v1", newSqliteClasses: ["ChatRoom"] },
      fates: [{ fate: "create", name: "ChatRoom" } as const],
    };
    expect(runInWords(plan, undefined, undefined, deployed)).toEqual([
      "live migration tag: none, steps up to v1 will run",
      "class ChatRoom: create",
    ]);
  });

  it("names what changes since the last run, or says that nothing does", () => {
    const plan = { problems: [], migrations: undefined, fates: [] };
    const after = { settings: { access: '"ticket"' }, secrets: { SESSION_KEY: "other" } };
    expect(runInWords(plan, { tag: "v1" }, deployed, after)).toEqual([
      "live migration tag: v1, no step to run",
      'access: "open" → "ticket"',
      "secret SESSION_KEY changes",
    ]);
    expect(runInWords(plan, { tag: "v1" }, deployed, deployed)).toContain("no setting changes");
  });
});
