/** Bundles the chat page (`worker/page`) into one HTML text with its Content-Security-Policy hashes. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const PAGE = fileURLToPath(new URL("../worker/page/", import.meta.url));

/**
 * partysocket tells a debug log of each step, which is off and cannot be switched on in the page: 25 calls and their
 * texts, a tenth of its size. Lines of another shape stay as they are.
 */
const withoutDebugCalls: Plugin = {
  name: "without-debug-calls",
  setup({ onLoad }) {
    onLoad({ filter: /partysocket.dist.ws\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replaceAll(/^ *this\._debug\(.*\);$/gm, ""),
    }));
  },
};

/** The module name under which the Worker imports the page. */
export const PAGE_MODULE = "virtual:page";

export interface PageBundle {
  readonly html: string;
  /** CSP sources of the one inline script and the one inline style: `'sha256-…'`. */
  readonly scriptHash: string;
  readonly styleHash: string;
}

const cspHash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

async function bundleText(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [PAGE + entry],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    // partysocket marks its private names with "_" and explains its mistakes at length on a console nobody reads.
    mangleProps: /^_/,
    drop: ["console"],
    plugins: [withoutDebugCalls],
    logLevel: "silent",
  });
  const text = outputFiles[0]?.text;
  if (text === undefined) throw new Error(`${entry} produced no output`);
  // An inline script ends at the first "</script", also inside a string.
  return text.trim().replaceAll("</script", "<\\/script");
}

const STYLE_SLOT = "<!-- style -->";
const SCRIPT_SLOT = "<!-- script -->";

/** Comments and indentation are for those who read the source. A line break stays: between words it is a space. */
const squeeze = (template: string): string =>
  template
    .replace(/<!--.*?-->/gs, (comment) => ([STYLE_SLOT, SCRIPT_SLOT].includes(comment) ? comment : ""))
    .replace(/\s*\n\s*/g, "\n");

export async function bundlePage(): Promise<PageBundle> {
  const [script, style, template] = await Promise.all([
    bundleText("page.ts"),
    bundleText("page.css"),
    readFile(`${PAGE}page.html`, "utf8"),
  ]);
  const html = squeeze(template)
    .replace(STYLE_SLOT, () => `<style>${style}</style>`)
    .replace(SCRIPT_SLOT, () => `<script>${script}</script>`);
  return { html, scriptHash: cspHash(script), styleHash: cspHash(style) };
}

/** The page as source of a module, for esbuild and for the tests' bundler alike. */
export const pageModule = (page: PageBundle): string => `export default ${JSON.stringify(page)};`;

/** Resolves `virtual:page` inside an esbuild build. */
export const pagePlugin = (): Plugin => ({
  name: "page",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^virtual:page$/ }, ({ path }) => ({ path, namespace: "page" }));
    onLoad({ filter: /.*/, namespace: "page" }, async () => ({
      contents: pageModule(await bundlePage()),
      loader: "js",
    }));
  },
});
