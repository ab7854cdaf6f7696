import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bundlePage, pageModule } from "../../infra/page-bundle.ts";

/** The whole Worker may have 40 kB; the page about half of it. Bytes, gzip. */
const PAGE_BUDGET = 20_000;
const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const inline = (html: string, tag: string): string[] =>
  [...html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, "gs"))].map(([, text = ""]) => text);

describe("the page's bundle", () => {
  it("has one inline script and one inline style, and the policy's hashes are theirs", async () => {
    const { html, scriptHash, styleHash } = await bundlePage();
    expect(inline(html, "script").map(hash)).toEqual([scriptHash]);
    expect(inline(html, "style").map(hash)).toEqual([styleHash]);
  });

  it("loads nothing else and has no inline handlers or style attributes, which the policy would block", async () => {
    const { html } = await bundlePage();
    const markup = html.replace(/<script>.*<\/script>/s, "").replace(/<style>.*<\/style>/s, "");
    expect(markup).not.toMatch(/ (src|style|on[a-z]+)=/);
    expect([...markup.matchAll(/ href="([^"]*)"/g)].map(([, href = ""]) => href.split(",")[0])).toEqual([
      "data:image/svg+xml",
      "#composer-text",
    ]);
    expect(markup).not.toContain("<!--");
  });

  it("is the same for the same sources, and survives being carried as a module", async () => {
    const page = await bundlePage();
    expect(await bundlePage()).toEqual(page);
    const url = `data:text/javascript,${encodeURIComponent(pageModule(page))}`;
    expect((await import(url)).default).toEqual(page);
  });

  it("stays within its budget", async () => {
    expect(gzipSync((await bundlePage()).html, { level: 9 }).length).toBeLessThan(PAGE_BUDGET);
  });

  it("comes from sources that cannot turn text into markup", async () => {
    const folder = fileURLToPath(new URL("../../worker/page/", import.meta.url));
    const names = (await readdir(folder)).filter((name) => name.endsWith(".ts"));
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      const text = (await readFile(folder + name, "utf8")).replaceAll(/Omit<[^;{]*>/g, "");
      expect([name, text.match(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser/)]).toEqual([
        name,
        null,
      ]);
    }
  });
});
