import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { requiredPlugins, versionsIn } from "../../../../scripts/toolchain/language-host/manifest.ts";

const nodeModules = fileURLToPath(new URL("../../../../node_modules", import.meta.url));

test("of all installed packages, the program needs the plugin of the Cloudflare provider, in the pinned version", () => {
  expect(requiredPlugins(nodeModules)).toEqual([
    { name: "cloudflare", version: expect.stringMatching(/^v\d+\.\d+\.\d+$/), server: "" },
  ]);
});

test("what a program depends on comes with its versions, development packages included", () => {
  const manifest = { dependencies: { a: "1.0.0" }, devDependencies: { b: "^2" } };
  expect(versionsIn(JSON.stringify(manifest))).toEqual([
    ["a", "1.0.0"],
    ["b", "^2"],
  ]);
  expect(versionsIn("{}")).toEqual([]);
});
