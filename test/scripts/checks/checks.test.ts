import { describe, expect, it } from "vitest";
import { tooLong } from "../../../scripts/checks/file-lengths.ts";
import { importsOf, wrongDirections } from "../../../scripts/checks/import-directions.ts";
import { foreignWords } from "../../../scripts/checks/self-contained.ts";

describe("import directions", () => {
  it("sees value imports, type imports, re-exports and dynamic imports", () => {
    const source = `import a from "./a.ts";\nimport type { B } from "../b.ts";\nexport * from "./c.ts";\nawait import("./d.ts");`;
    expect(importsOf("worker/room/x.ts", source).sort()).toEqual([
      "worker/b.ts",
      "worker/room/a.ts",
      "worker/room/c.ts",
      "worker/room/d.ts",
    ]);
  });

  it("keeps Cloudflare, Pulumi and Node out of the room", () => {
    for (const name of ["cloudflare:workers", "@pulumi/pulumi", "node:crypto"])
      expect(wrongDirections("worker/room/x.ts", `import "${name}";`)).toHaveLength(1);
    expect(wrongDirections("worker/objects/x.ts", `import "cloudflare:workers";`)).toEqual([]);
  });

  it("lets arrows point only inwards", () => {
    expect(wrongDirections("worker/room/x.ts", `import "../storage/y.ts";`)).toHaveLength(1);
    expect(wrongDirections("worker/storage/y.ts", `import "../room/x.ts";`)).toEqual([]);
    expect(wrongDirections("infra/program.ts", `import "../local/account.ts";`)).toHaveLength(1);
    expect(wrongDirections("local/account.ts", `import "../scripts/start.ts";`)).toHaveLength(1);
    expect(wrongDirections("client/client.ts", `import "../worker/room/clock.ts";`)).toHaveLength(1);
  });

  it("refuses a folder that the table does not name", () => {
    expect(wrongDirections("misc/x.ts", "")).toHaveLength(1);
  });
});

describe("file lengths", () => {
  it("allows 350 lines of source and 500 of tests, not one more", () => {
    expect(tooLong("infra/a.ts", "x\n".repeat(350))).toEqual([]);
    expect(tooLong("infra/a.ts", "x\n".repeat(351))).toHaveLength(1);
    expect(tooLong("test/a.ts", "x\n".repeat(500))).toEqual([]);
    expect(tooLong("test/a.ts", "x\n".repeat(501))).toHaveLength(1);
  });
});

describe("self-contained", () => {
  it("finds a machine's path, a registry and a skipped test, with its line", () => {
    const lines = [
      "fine",
      'const a = "/home/someone/project";',
      "https://registry.npmjs.org/x",
      "it.skip('x')",
    ];
    expect(foreignWords("docs/a.md", lines.join("\n"))).toEqual([
      "docs/a.md:2: an absolute path of a machine",
      "docs/a.md:3: a package registry's host",
      "docs/a.md:4: a focused or skipped test",
    ]);
  });

  it("leaves URLs and relative paths alone", () => {
    expect(foreignWords("a.md", "see ./root/x/ and https://example.com/home/a/b and ~/work/x/")).toEqual([]);
  });
});
