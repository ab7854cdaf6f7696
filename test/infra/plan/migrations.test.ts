import { describe, expect, it } from "vitest";
import { digests } from "../../../infra/fingerprint.ts";
import type { MigrationStep } from "../../../infra/plan/migration-steps.ts";
import {
  type LastDeployment,
  migrationsToRepeat,
  planMigrations,
  type Situation,
} from "../../../infra/plan/migrations.ts";
import type { StackMemory } from "../../../infra/plan/ownership.ts";

const V1: MigrationStep = { tag: "v1", newSqliteClasses: ["ChatRoom"] };
const V2: MigrationStep = { tag: "v2", newSqliteClasses: ["RoomHub"] };

/** A state without any resource. */
const NOTHING: StackMemory = { recorded: [] };
const OURS = { accountId: "acc", scriptName: "edge-chat-dev" };

const situation = (changes: Partial<Situation> = {}): Situation => {
  const history = changes.history ?? [V1];
  return {
    stack: "dev",
    accountId: "acc",
    scriptName: "edge-chat-dev",
    history,
    digests: digests(history),
    bound: ["ChatRoom"],
    exported: ["ChatRoom", "default"],
    live: undefined,
    last: undefined,
    memory: NOTHING,
    allowDeletedClasses: [],
    ...changes,
  };
};

const last = (changes: Partial<LastDeployment> = {}): LastDeployment => ({
  accountId: "acc",
  scriptName: "edge-chat-dev",
  history: digests([V1]),
  providerVersion: "6",
  fingerprint: "f",
  kvNamespaceId: "kv",
  migrations: { newTag: "v1", newSqliteClasses: ["ChatRoom"] },
  live: { tag: "v1", etag: "e", modifiedOn: "t" },
  ...changes,
});

const problems = (changes: Partial<Situation>): string =>
  planMigrations(situation(changes))
    .problems.map(({ what, fix }) => `${what}\n${fix}`)
    .join("\n");

describe("the steps to send", () => {
  it("are all of them to an account that has no script yet", () => {
    expect(planMigrations(situation()).migrations).toEqual({ newTag: "v1", newSqliteClasses: ["ChatRoom"] });
    const both = situation({
      history: [V1, V2],
      bound: ["ChatRoom", "RoomHub"],
      exported: ["ChatRoom", "RoomHub"],
    });
    expect(planMigrations(both).migrations).toEqual({
      newTag: "v2",
      steps: [{ newSqliteClasses: ["ChatRoom"] }, { newSqliteClasses: ["RoomHub"] }],
    });
  });

  it("are those after the live tag, whatever the outputs say", () => {
    const both = situation({
      history: [V1, V2],
      bound: ["ChatRoom", "RoomHub"],
      exported: ["ChatRoom", "RoomHub"],
      live: { tag: "v1" },
    });
    expect(planMigrations(both).migrations).toEqual({
      oldTag: "v1",
      newTag: "v2",
      newSqliteClasses: ["RoomHub"],
    });
    expect(planMigrations({ ...both, live: { tag: "v2" } }).migrations).toBeUndefined();
  });

  it("say what becomes of each class", () => {
    const history: MigrationStep[] = [
      { tag: "v1", newSqliteClasses: ["ChatRoom", "Old"] },
      { tag: "v2", renamedClasses: [{ from: "ChatRoom", to: "Room" }], deletedClasses: ["Old"] },
      V2,
    ].map((step, index) => ({ ...step, tag: `v${index + 1}` }));
    const plan = planMigrations(
      situation({ history, live: { tag: "v1" }, bound: ["Room", "RoomHub"], exported: ["Room", "RoomHub"] }),
    );
    expect(plan.fates).toEqual([
      { fate: "delete", name: "Old" },
      { fate: "rename", name: "Room", was: "ChatRoom" },
      { fate: "create", name: "RoomHub" },
    ]);
  });
});

describe("nothing is touched", () => {
  it("when a script of that name is somebody else's", () => {
    expect(problems({ live: { tag: "w1" } })).toMatch(
      /nothing in this stack's state says[\s\S]*PULUMI_BACKEND_URL[\s\S]*config set adoptScript edge-chat-dev[\s\S]*config set scriptName/,
    );
    expect(problems({ live: {} })).toMatch(/migration tag: none/);
  });

  it("when the state is empty, although the live script has a tag of ours: a fresh clone overwrites nothing", () => {
    expect(problems({ live: { tag: "v1" } })).toMatch(/nothing in this stack's state says/);
  });

  it("but a script that this stack's state began to make or holds is ours, and the run goes on", () => {
    expect(problems({ live: { tag: "v1" }, memory: { recorded: [], begun: OURS } })).toBe("");
    expect(problems({ live: { tag: "v1" }, memory: { recorded: [OURS] } })).toBe("");
    const elsewhere = { ...OURS, accountId: "another" };
    expect(problems({ live: { tag: "v1" }, memory: { recorded: [elsewhere], begun: elsewhere } })).toMatch(
      /nothing in this stack's state/,
    );
  });

  it("unless the script is taken over by its name", () => {
    expect(problems({ live: { tag: "v1" }, adoptScript: "edge-chat-dev" })).toBe("");
    expect(problems({ live: {}, adoptScript: "edge-chat-dev" })).toBe("");
    expect(problems({ live: { tag: "v1" }, adoptScript: "another" })).toMatch(
      /nothing in this stack's state/,
    );
    expect(problems({ live: { tag: "w1" }, adoptScript: "edge-chat-dev" })).toMatch(
      /tag w1[\s\S]*Begin infra\/migration-history\.ts with the steps/,
    );
  });

  it("when the script that the outputs know has vanished, until that is agreed to", () => {
    expect(problems({ last: last() })).toMatch(
      /does not have it any more[\s\S]*config set recreateScript edge-chat-dev --stack dev[\s\S]*up --refresh/,
    );
    expect(problems({ last: last(), recreateScript: "other" })).toMatch(/any more/);
    expect(problems({ last: last(), recreateScript: "edge-chat-dev" })).toBe("");
  });

  it("when the live tag is unknown", () => {
    expect(problems({ live: { tag: "v9" }, last: last() })).toMatch(/tag v9[\s\S]*known: v1[\s\S]*git pull/);
  });

  it("when a step that ran was edited, removed or moved", () => {
    const live = { tag: "v1" };
    const edited: MigrationStep = { tag: "v1", newSqliteClasses: ["ChatRoom", "More"] };
    expect(problems({ live, last: last(), history: [edited], exported: ["ChatRoom", "More"] })).toMatch(
      /step v1[\s\S]*was edited in infra\/migration-history.ts/,
    );
    expect(problems({ live, last: last({ history: digests([V1, V2]) }), exported: ["ChatRoom"] })).toMatch(
      /step v2[\s\S]*is missing/,
    );
  });

  it("when a class is bound but not exported, or no step makes it", () => {
    expect(problems({ exported: ["default"] })).toMatch(
      /class ChatRoom is bound, but the Worker does not export/,
    );
    expect(problems({ bound: ["ChatRoom", "RoomHub"], exported: ["ChatRoom", "RoomHub"] })).toMatch(
      /RoomHub is bound, but no migration makes it/,
    );
  });

  it("when a deletion of rooms has no consent, naming the class and the command that gives it", () => {
    const history = [
      V1,
      { tag: "v2", newSqliteClasses: ["Room"] },
      { tag: "v3", deletedClasses: ["ChatRoom"] },
    ];
    const memory = { recorded: [OURS] };
    const asked = { history, memory, live: { tag: "v1" }, bound: ["Room"], exported: ["Room"] };
    expect(problems(asked)).toMatch(
      /every room of class ChatRoom[\s\S]*config set --path 'allowDeletedClasses\[0\]' ChatRoom --stack dev/,
    );
    expect(problems({ ...asked, allowDeletedClasses: ["ChatRoom"] })).toBe("");
    expect(problems({ ...asked, live: undefined })).toBe("");
  });

  it("when another script name or account would leave the rooms behind, until that is agreed to", () => {
    expect(problems({ last: last({ scriptName: "old-name" }) })).toMatch(
      /ChatRoom[\s\S]*old-name[\s\S]*replaced/,
    );
    expect(problems({ last: last({ accountId: "old" }) })).toMatch(/account old/);
    expect(problems({ last: last({ accountId: "old" }), allowDeletedClasses: ["ChatRoom"] })).toBe("");
  });

  it("when somebody deployed since the preview", () => {
    const memory = { recorded: [OURS] };
    expect(problems({ memory, live: { tag: "v1" }, previewedTag: "none" })).toMatch(/preview saw none/);
    expect(problems({ memory, live: { tag: "v1" }, previewedTag: "v1" })).toBe("");
    expect(problems({ previewedTag: "none" })).toBe("");
  });

  it("with every reason at once", () => {
    const all = problems({ live: { tag: "w1" }, exported: [], previewedTag: "v1" });
    expect(all).toMatch(/nothing in this stack's state/);
    expect(all).toMatch(/does not export/);
    expect(all).toMatch(/preview saw/);
  });

  it("when the history contradicts itself", () => {
    const history = [V1, { tag: "v1", deletedClasses: ["Ghost"] }];
    expect(problems({ history })).toMatch(/tag v1 twice[\s\S]*deletes Ghost, which does not exist/);
    const twice = [{ tag: "v1", newSqliteClasses: ["ChatRoom"], deletedClasses: ["ChatRoom"] }];
    expect(problems({ history: twice })).toMatch(/names class ChatRoom more than once/);
  });
});

describe("the last input is repeated", () => {
  const { history: _, migrations, ...same } = last();

  it("when nothing at all changed", () => {
    expect(migrationsToRepeat(last(), same)).toEqual(migrations);
  });

  it.each([
    ["the provider", { providerVersion: "7" }],
    ["an input", { fingerprint: "g" }],
    ["the namespace", { kvNamespaceId: "kv2" }],
    ["the live tag", { live: { ...same.live, tag: "v2" } }],
    ["the live code", { live: { ...same.live, etag: "e2" } }],
    ["the live version", { live: { ...same.live, modifiedOn: "t2" } }],
    ["the account", { accountId: "acc2" }],
    ["the script", { scriptName: "other" }],
    ["what the account tells", { live: {} }],
  ])("but not when %s changed", (_what, change) => {
    expect(migrationsToRepeat(last(), { ...same, ...change })).toBeUndefined();
  });

  it("but not without outputs of a finished run", () => {
    expect(migrationsToRepeat(undefined, same)).toBeUndefined();
  });
});
