import * as z from "zod";
import { readSettings, type Settings } from "../../infra/settings.ts";
import { mistakeLines } from "../../infra/settings-mistakes.ts";
import type { OpenStack } from "../stack/open-stack.ts";

const Config = z.record(
  z.string(),
  z.object({ value: z.string().optional(), objectValue: z.unknown().optional(), secret: z.boolean() }),
);

/**
 * A stack's settings as its program reads them, defaults of the project included, secrets in plain: never print them.
 *
 * @throws with every mistake of the settings.
 */
export async function settingsOf({ cli, stack }: OpenStack): Promise<Settings> {
  const answer = await cli.quiet(["config", "--json", "--show-secrets", "--stack", stack]);
  if (answer.code !== 0) throw new Error(answer.stderr.trim());
  const entries = Object.entries(Config.parse(JSON.parse(answer.stdout)));
  const read = readSettings({
    stack,
    values: Object.fromEntries(entries.map(([key, { value }]) => [key, value ?? ""])),
    secretKeys: entries.filter(([, { secret }]) => secret).map(([key]) => key),
  });
  if (read.settings === undefined) throw new Error(mistakeLines(read.mistakes, stack).join("\n"));
  return read.settings;
}
