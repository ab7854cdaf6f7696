import { describe, expect, it } from "vitest";
import { changedSecrets, changedSettings, fateLine, flatten, KEPT } from "../../../infra/plan/changes.ts";

describe("a run in words", () => {
  it("names each plain setting that changes, with both values", () => {
    const before = flatten({ access: "open", limits: { messagesPerMinute: 10 }, regions: ["weur"] });
    const after = flatten({
      access: "open",
      limits: { messagesPerMinute: 20 },
      regions: ["weur"],
      dataset: "d",
    });
    expect(changedSettings(before, after)).toEqual([
      'dataset: not set → "d"',
      "limits.messagesPerMinute: 10 → 20",
    ]);
    expect(changedSettings(after, after)).toEqual([]);
  });

  it("says that a secret changes, never to what", () => {
    const lines = changedSecrets({ A: "digest-1", B: "digest-2" }, { A: "digest-3", C: "digest-4" });
    expect(lines).toEqual(["secret A changes", "secret B is removed", "secret C is set"]);
    expect(lines.join()).not.toContain("digest");
    expect(changedSecrets({ A: "digest-1" }, { A: KEPT, B: KEPT })).toEqual([
      "secret A stays as the script has it",
      "secret B stays as the script has it",
    ]);
    expect(changedSecrets({ A: KEPT }, { A: KEPT })).toEqual([]);
  });

  it("says what becomes of a class's rooms, loudest where they are lost", () => {
    expect(fateLine({ fate: "keep", name: "ChatRoom" })).toBe("class ChatRoom: keep");
    expect(fateLine({ fate: "create", name: "ChatRoom" })).toBe("class ChatRoom: create");
    expect(fateLine({ fate: "rename", name: "Room", was: "ChatRoom" })).toBe(
      "class ChatRoom: rename ChatRoom → Room (data kept)",
    );
    expect(fateLine({ fate: "delete", name: "ChatRoom" })).toBe("class ChatRoom: DELETE (data lost)");
  });
});
