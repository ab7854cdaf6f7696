import { describe, expect, test } from "vitest";
import { BuildProgress, isCompiledPackage, lineReader } from "../../../scripts/toolchain/build-progress.ts";

function built(parts: number, terminal: boolean): string[] {
  const written: string[] = [];
  let now = 0;
  const progress = new BuildProgress(
    "engine",
    parts,
    { terminal, write: (text) => written.push(text) },
    () => now,
  );
  for (let part = 0; part < parts; part += 1) {
    now += 1000;
    progress.part();
  }
  progress.linking();
  return written;
}

describe("progress of a build", () => {
  test("in a log it is a line every few per cent, however many parts there are", () => {
    expect(built(1685, false).length).toBeLessThan(25);
    expect(built(1685, false)[0]).toMatch(/^ {2}engine \[\.+\] {2}0 %/);
  });

  test("on a terminal one line is repainted", () => {
    expect(built(50, true).every((text) => text.startsWith("\r") && !text.includes("\n"))).toBe(true);
  });

  test("it never says 100 % before the link is done", () => {
    expect(built(10, false).join("")).not.toContain("100 %");
    expect(built(10, false).at(-1)).toMatch(/99 %.*linking/);
  });

  test("it survives a build with nothing to do", () => {
    expect(built(0, false)).toHaveLength(1);
  });
});

test("lines are whole however the stream is cut", () => {
  const lines: string[] = [];
  const read = lineReader((line) => lines.push(line));
  for (const chunk of ["a/b\nc", "/d\n", "\ne"]) read(chunk);
  expect(lines).toEqual(["a/b", "c/d"]);
});

test.each(["internal/goarch", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", "fmt", "gopkg.in/yaml.v3"])(
  "%s is a compiled package",
  (line) => expect(isCompiledPackage(line)).toBe(true),
);

test.each([
  "go: downloading github.com/x/y v1",
  "# github.com/x/y",
  "./main.go:1:2: error",
  "build failed: x",
])("%s is not", (line) => expect(isCompiledPackage(line)).toBe(false));
