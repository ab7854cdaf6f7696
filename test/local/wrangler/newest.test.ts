/** Its own folder keeps it out of the project: it is large, and brings a runtime of its own. Installed when first needed. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { wranglerStories } from "./stories.ts";

const FOLDER = fileURLToPath(new URL("newest/", import.meta.url));
const INSTALL_LIMIT_MS = 110_000;

wranglerStories("the newest wrangler", async () => {
  const wanted = z
    .object({ dependencies: z.object({ wrangler: z.string() }) })
    .parse(JSON.parse(await readFile(`${FOLDER}package.json`, "utf8"))).dependencies.wrangler;
  if ((await installedVersion()) !== wanted)
    await promisify(execFile)("npm", ["ci", "--no-audit", "--no-fund"], {
      cwd: FOLDER,
      timeout: INSTALL_LIMIT_MS,
    });
  return `${FOLDER}node_modules/wrangler/bin/wrangler.js`;
});

async function installedVersion(): Promise<string | undefined> {
  try {
    const text = await readFile(`${FOLDER}node_modules/wrangler/package.json`, "utf8");
    return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
  } catch {
    return undefined;
  }
}
