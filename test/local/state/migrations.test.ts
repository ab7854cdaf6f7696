import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CloudflareError } from "../../../local/cloudflare-errors.ts";
import { type Migrations, planMigration } from "../../../local/state/migrations.ts";
import type { ObjectNamespace } from "../../../local/state/object-namespaces.ts";

const room: ObjectNamespace = { id: "id-room", className: "Room", useSqlite: true };

function plan(
  request: Migrations | undefined,
  live: { tag?: string; namespaces?: ObjectNamespace[]; exported?: string[]; bound?: string[] } = {},
) {
  let made = 0;
  return planMigration({
    tag: live.tag,
    namespaces: live.namespaces ?? [],
    others: [{ id: "id-theirs", script: "theirs", className: "Theirs", useSqlite: true }],
    request,
    exportedClasses: live.exported ?? ["Room"],
    boundClasses: live.bound ?? [],
    newId: () => `new-${++made}`,
  });
}

function refusal(work: () => unknown): { status: number; code: number; message: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof CloudflareError)
      return { status: error.status, code: error.code, message: error.message };
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a migration that fits", () => {
  it("gives a new class a namespace of its own", () => {
    const result = plan({ new_tag: "v1", new_sqlite_classes: ["Room"] }, { bound: ["Room"] });
    expect(result).toEqual({
      tag: "v1",
      namespaces: [{ id: "new-1", className: "Room", useSqlite: true }],
      deleted: [],
      transferred: [],
    });
  });

  it("keeps the id of a renamed class, and with it the data", () => {
    const result = plan(
      { old_tag: "v1", new_tag: "v2", renamed_classes: [{ from: "Room", to: "Salon" }] },
      { tag: "v1", namespaces: [room], exported: ["Salon"], bound: ["Salon"] },
    );
    expect(result.namespaces).toEqual([{ ...room, className: "Salon" }]);
    expect(result.deleted).toEqual([]);
  });

  it("names the namespaces whose data goes", () => {
    const result = plan(
      { old_tag: "v1", new_tag: "v2", deleted_classes: ["Room"] },
      { tag: "v1", namespaces: [room], exported: [] },
    );
    expect(result).toEqual({ tag: "v2", namespaces: [], deleted: [room], transferred: [] });
  });

  it("takes the steps of wrangler one after the other", () => {
    const result = plan(
      {
        new_tag: "v3",
        steps: [
          { new_classes: ["A"] },
          { renamed_classes: [{ from: "A", to: "B" }] },
          { new_sqlite_classes: ["A"] },
        ],
      },
      { exported: ["A", "B"] },
    );
    expect(result.namespaces).toEqual([
      { id: "new-1", className: "B", useSqlite: false },
      { id: "new-2", className: "A", useSqlite: true },
    ]);
  });

  it("leaves tag and namespaces alone when an upload carries none", () => {
    const result = plan(undefined, { tag: "v1", namespaces: [room], bound: ["Room"] });
    expect(result).toEqual({ tag: "v1", namespaces: [room], deleted: [], transferred: [] });
  });
});

describe("a migration that Cloudflare would refuse", () => {
  it("412/10079: a step that was applied already, with Cloudflare's words", () => {
    const again = () =>
      plan({ new_tag: "v1", new_sqlite_classes: ["Room"] }, { tag: "v1", namespaces: [room] });
    expect(refusal(again)).toEqual({
      status: 412,
      code: 10079,
      message:
        "Actor migration tag precondition failed, got tag '' when expected tag is 'v1'. Please make sure the tags match and try again.",
    });
  });

  it.each([
    ["10061: a bound class that no migration made", undefined, { bound: ["Room"] }, 10061],
    ["10061: a bound class that does not even exist", undefined, { bound: ["Nope"], exported: [] }, 10061],
    [
      "10061: deleting a class that is still bound",
      { deleted_classes: ["Room"] },
      { namespaces: [room], bound: ["Room"] },
      10061,
    ],
    [
      "10064: code without a class that objects depend on",
      undefined,
      { namespaces: [room], exported: [] },
      10064,
    ],
    [
      "10070: a new class that the script does not export",
      { new_sqlite_classes: ["Nope"] },
      { bound: ["Nope"] },
      10070,
    ],
    [
      "10070: renaming to a class that the script does not export",
      { renamed_classes: [{ from: "Room", to: "Nope" }] },
      { namespaces: [room] },
      10070,
    ],
    ["10074: creating a class twice", { new_classes: ["Room"] }, { namespaces: [room] }, 10074],
    ["10074: deleting a class that never was", { deleted_classes: ["Nope"] }, {}, 10074],
    [
      "10074: renaming a class that never was",
      { renamed_classes: [{ from: "Nope", to: "Room" }] },
      {},
      10074,
    ],
  ])("%s", (_, request, live, code) => {
    expect(refusal(() => plan(request, live)).code).toBe(code);
  });
});

describe("a class of another script", () => {
  const transfer = (from: string, to = "Room"): Migrations => ({
    transferred_classes: [{ from, from_script: "theirs", to }],
  });

  it("keeps its id, and with it its data", () => {
    const { namespaces, transferred, deleted } = plan(transfer("Theirs"));
    expect(namespaces).toEqual([{ id: "id-theirs", className: "Room", useSqlite: true }]);
    expect([transferred.map(({ id }) => id), deleted]).toEqual([["id-theirs"], []]);
  });

  it.each([
    ["10074: it must be there", transfer("Nobodys"), {}, 10074],
    ["10074: its new name must be free", transfer("Theirs"), { namespaces: [room] }, 10074],
    ["10070: the script must export it", transfer("Theirs", "Salon"), {}, 10070],
  ])("%s", (_, request, live, code) => {
    expect(refusal(() => plan(request, live)).code).toBe(code);
  });
});

it("whatever the history, a rename never changes an id and only a deletion drops one", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("new" as const), a: fc.constantFrom("A", "B", "C") }),
    fc.record({ kind: fc.constant("delete" as const), a: fc.constantFrom("A", "B", "C") }),
    fc.record({
      kind: fc.constant("rename" as const),
      a: fc.constantFrom("A", "B", "C"),
      b: fc.constantFrom("A", "B", "C"),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let namespaces: readonly ObjectNamespace[] = [];
      let made = 0;
      for (const one of steps) {
        const request: Migrations =
          one.kind === "new"
            ? { new_sqlite_classes: [one.a] }
            : one.kind === "delete"
              ? { deleted_classes: [one.a] }
              : { renamed_classes: [{ from: one.a, to: one.b }] };
        const before = namespaces.map(({ id }) => id);
        try {
          const result = planMigration({
            tag: undefined,
            namespaces,
            others: [],
            request,
            exportedClasses: ["A", "B", "C"],
            boundClasses: [],
            newId: () => `id-${++made}`,
          });
          const after = result.namespaces.map(({ id }) => id);
          const deleted = result.deleted.map(({ id }) => id);
          const fresh = after.filter((id) => !before.includes(id));
          expect(fresh).toHaveLength(one.kind === "new" ? 1 : 0);
          expect([...after, ...deleted].filter((id) => !fresh.includes(id)).sort()).toEqual(
            [...before].sort(),
          );
          expect(new Set(result.namespaces.map(({ className }) => className)).size).toBe(after.length);
          namespaces = result.namespaces;
        } catch (error) {
          expect(error).toBeInstanceOf(CloudflareError);
        }
      }
    }),
  );
});
