import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { commands, missingPackages } from "../../scripts/bootstrap.mjs";

const lock = {
  packages: {
    "": { version: "1" },
    "node_modules/a": { version: "1.0.0", integrity: "x" },
    "node_modules/b": { version: "2.0.0", integrity: "y" },
    "node_modules/for-another-system": { version: "1.0.0", optional: true },
  },
};
const whole = {
  packages: {
    "node_modules/a": lock.packages["node_modules/a"],
    "node_modules/b": lock.packages["node_modules/b"],
  },
};
const there = () => true;

describe("node_modules is installed anew", () => {
  test("not when everything is there, packages for other systems apart", () => {
    expect(missingPackages(lock, whole, there)).toEqual([]);
  });

  test("when npm was killed before it wrote what it had installed", () => {
    expect(missingPackages(lock, undefined, there)).toEqual(["node_modules/a", "node_modules/b"]);
  });

  test("when the lock file names another version or other bytes", () => {
    const old = { packages: { ...whole.packages, "node_modules/b": { version: "1.9.0", integrity: "y" } } };
    const other = { packages: { ...whole.packages, "node_modules/b": { version: "2.0.0", integrity: "z" } } };
    expect(missingPackages(lock, old, there)).toEqual(["node_modules/b"]);
    expect(missingPackages(lock, other, there)).toEqual(["node_modules/b"]);
  });

  test("when somebody removed a package's folder", () => {
    expect(missingPackages(lock, whole, (place: string) => place !== "node_modules/a")).toEqual([
      "node_modules/a",
    ]);
  });
});

test("every command of package.json exists", async () => {
  const { default: manifest } = await import("../../package.json", { with: { type: "json" } });
  const called = Object.values(manifest.scripts).flatMap(
    (line) => /bootstrap\.mjs (\w+)/.exec(line)?.[1] ?? [],
  );
  expect(commands()).toEqual(expect.arrayContaining(called));
});

test("every command of package.json stands in the README", async () => {
  const { default: manifest } = await import("../../package.json", { with: { type: "json" } });
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const untold = Object.entries(manifest.scripts).filter(
    ([name, line]) =>
      line.includes("bootstrap.mjs") && !new RegExp(`npm (run )?${name}(?![\\w:-])`).test(readme),
  );
  expect(untold).toEqual([]);
});
