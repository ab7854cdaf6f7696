import { describe, expect, it } from "vitest";
import type { MigrationStep } from "../../../infra/plan/migration-steps.ts";
import { lifecycleLines, scriptInState } from "../../../scripts/up/lifecycle.ts";

const HISTORY: MigrationStep[] = [
  { tag: "v1", newSqliteClasses: ["ChatRoom", "Old"] },
  { tag: "v2", renamedClasses: [{ from: "ChatRoom", to: "Room" }], deletedClasses: ["Old"] },
  { tag: "v3", newSqliteClasses: ["RoomHub"] },
];
const place = { accountId: "acc", scriptName: "edge-chat-dev" };
const said = (tag: string, inState = place) => lifecycleLines({ ...place, history: HISTORY, tag }, inState);

describe("what a run says of the classes before anything else", () => {
  it("names the live tag, and each class's fate in words", () => {
    expect(said("v1")).toEqual([
      "Durable Object classes of edge-chat-dev (live migration tag: v1):",
      "  class Old: DELETE (data lost)",
      "  class ChatRoom: rename ChatRoom → Room (data kept)",
      "  class RoomHub: create",
    ]);
    expect(said("v3")).toEqual([
      "Durable Object classes of edge-chat-dev (live migration tag: v3):",
      "  class Room: keep",
      "  class RoomHub: keep",
    ]);
  });

  it("says create of everything where there is no script yet", () => {
    expect(lifecycleLines({ ...place, history: HISTORY, tag: "none" }, undefined)).toEqual([
      "Durable Object classes of edge-chat-dev (live migration tag: none):",
      "  class Room: create",
      "  class RoomHub: create",
    ]);
  });

  it("counts the rooms of a script that another name leaves behind as lost", () => {
    expect(said("none", { ...place, scriptName: "edge-chat-old" })).toEqual(
      expect.arrayContaining(["  class Room: DELETE (data lost)", "  class Room: create"]),
    );
  });

  it("reads from the exported state which script the stack holds, if any", () => {
    const type = "cloudflare:index/workersScript:WorkersScript";
    const state = (resources: unknown) => JSON.stringify({ deployment: { resources } });
    expect(scriptInState(state([{ type: "other" }, { type, inputs: { ...place, more: 1 } }]))).toEqual(place);
    expect(scriptInState(state([]))).toBeUndefined();
    expect(scriptInState(JSON.stringify({ deployment: {} }))).toBeUndefined();
  });
});
