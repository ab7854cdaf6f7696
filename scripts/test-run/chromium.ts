import { existsSync } from "node:fs";
import { run, runVisibly } from "../toolchain/run.ts";
import { say } from "../toolchain/steps.ts";

const KNOWN_PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const DEBIAN_PLACE = "/usr/bin/chromium";

/**
 * A Chromium for the browser tests: the one that CHROMIUM_PATH (or CHROME_PATH) names, one in a usual place, or on Debian (as root) the
 * one of the distribution, installed now.
 *
 * @returns the executable's path.
 * @throws with what to do when there is none.
 */
export async function ensureChromium(): Promise<string> {
  const named = process.env.CHROMIUM_PATH ?? process.env.CHROME_PATH;
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM_PATH is ${named}, but there is no such file.`);
  }
  const found = KNOWN_PLACES.find((place) => existsSync(place));
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    say("  installing Chromium from the distribution, about half a minute");
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update", "-q"], { env: environment });
    const args = ["install", "-q", "-y", "--no-install-recommends", "chromium"];
    if ((await runVisibly("apt-get", args, { env: environment })) === 0 && existsSync(DEBIAN_PLACE))
      return DEBIAN_PLACE;
  }
  throw new Error(
    "The browser tests need Chromium or Chrome. Install one (Debian: `sudo apt-get install chromium`), or name it: `CHROMIUM_PATH=/path/to/chrome npm test`.",
  );
}
