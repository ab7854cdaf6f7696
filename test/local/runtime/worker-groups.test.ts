import { expect, it } from "vitest";
import type { DeployedScript } from "../../../local/runtime/deployed-worker.ts";
import { groupsOf } from "../../../local/runtime/worker-groups.ts";
import type { Binding } from "../../../local/state/binding.ts";

const script = (name: string, boundTo: readonly string[] = [], versionId = "1"): DeployedScript => ({
  name,
  shares: [
    {
      percentage: 100,
      worker: {
        name,
        mainModule: "index.mjs",
        modules: [],
        compatibilityDate: "2026-08-01",
        compatibilityFlags: [],
        bindings: boundTo.map((service): Binding => ({ type: "service", name: service, service })),
        namespaces: [],
        version: { id: versionId, tag: "", timestamp: "" },
        classes: [],
        hasHandlers: true,
        assets: undefined,
        tailConsumers: [],
      },
    },
  ],
});

const names = (scripts: readonly DeployedScript[]) =>
  groupsOf(scripts).map((group) => group.scripts.map(({ name }) => name));

it("scripts without a binding to another are each alone, those tied by one are together, over any number of steps", () => {
  expect(names([script("a"), script("b")])).toEqual([["a"], ["b"]]);
  expect(names([script("a", ["b"]), script("b"), script("c")])).toEqual([["a", "b"], ["c"]]);
  expect(names([script("a"), script("d", ["c"]), script("b", ["a"]), script("c", ["b"])])).toEqual([
    ["a", "b", "c", "d"],
  ]);
});

it("a binding in a circle, to itself or to a script that is gone does no harm", () => {
  expect(names([script("a", ["b", "a"]), script("b", ["a", "gone"])])).toEqual([["a", "b"]]);
});

it("a group is the same whatever the order, and another when one of its versions changes", () => {
  const [one] = groupsOf([script("a", ["b"]), script("b")]);
  const [turned] = groupsOf([script("b"), script("a", ["b"])]);
  const [changed] = groupsOf([script("a", ["b"]), script("b", [], "2")]);
  expect(turned).toMatchObject({ name: one?.name, signature: one?.signature });
  expect(changed?.signature).not.toBe(one?.signature);
});
