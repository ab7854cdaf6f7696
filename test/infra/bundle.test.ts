import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { bundleWorker, CONTENT_FILE } from "../../infra/bundle.ts";
import { BOUND_CLASSES } from "../../infra/plan/bindings.ts";
import { COMPATIBILITY_DATE } from "../../infra/script-inputs.ts";
import { testRuntime } from "../worker/runtime.ts";

describe("the bundle", () => {
  it("is the same for the same sources, and its digest is that of its bytes", async () => {
    const [one, other] = [await bundleWorker(), await bundleWorker()];
    expect(one.sha256).toBe(other.sha256);
    expect(one.sha256).toBe(createHash("sha256").update(one.contents).digest("hex"));
    expect(one.bytes).toBe(Buffer.byteLength(one.contents));
    expect(one.gzipBytes).toBeLessThan(one.bytes);
  });

  it("exports every class that the script binds", async () => {
    const { exports } = await bundleWorker();
    expect(exports).toEqual(expect.arrayContaining([...BOUND_CLASSES, "default"]));
  });

  it("names no place of this machine, so that another clone makes the same one", async () => {
    const { contents, inputs } = await bundleWorker();
    expect(contents).not.toContain(process.cwd());
    expect(inputs.some(({ path: name }) => path.isAbsolute(name))).toBe(false);
    expect(inputs.map(({ bytes }) => bytes)).toEqual(inputs.map(({ bytes }) => bytes).sort((a, b) => b - a));
  });

  it("lies where the provider looks for it: relative to the program's folder", async () => {
    const { main } = z.object({ main: z.string() }).parse(parse(readFileSync("Pulumi.yaml", "utf8")));
    const { contents, file } = await bundleWorker();
    const seenByProvider = path.join(path.dirname(main), CONTENT_FILE);
    expect(readFileSync(seenByProvider, "utf8")).toBe(contents);
    expect(path.normalize(seenByProvider)).toBe(path.normalize(file));
    expect(existsSync(`${file}.map`)).toBe(true);
  });

  it("is deployed with the compatibility date that the Worker is tested with", () => {
    expect(COMPATIBILITY_DATE).toBe(testRuntime.miniflare.compatibilityDate);
  });
});
