import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { type Engine, ensureEngine } from "../toolchain/engine.ts";
import { homeFolder, localFolder, projectFolder, pulumiHome } from "../toolchain/places.ts";
import { officialProviderInstalled, requireOfficialProvider } from "../toolchain/provider-plugin.ts";
import { type Account, runningAccount } from "./account-file.ts";
import { type Cli, makeCli } from "./cli.ts";
import { isLoopback, LOCAL_STACK, type Situation, stackEnvironment, usesStandIn } from "./environment.ts";
import { exportedState } from "./exported-state.ts";
import { prepareHome } from "./home.ts";
import { ensureLocalStack, prepareLocalFiles } from "./local-stack.ts";
import { recordedAddresses } from "./recorded-address.ts";
import { plainSetting, readStackFile } from "./stack-file.ts";

/** A stack that the CLI can work on. */
export type OpenStack = { stack: string; cli: Cli; engine: Engine; account: Account | undefined };

/**
 * Prepares everything that a command on this stack needs: engine, home, backend, settings, provider.
 *
 * @param wants `stack`: the stack must exist (`local` is created); `provider`: the command talks to Cloudflare.
 * @throws with the command that helps, when the account does not run or the backend is not named.
 */
export async function openStack(
  stack: string,
  wants: { stack: boolean; provider: boolean },
): Promise<OpenStack> {
  const engine = await ensureEngine();
  prepareHome();
  const account = runningAccount();
  const isLocal = stack === LOCAL_STACK;
  if (isLocal) prepareLocalFiles();
  const situation: Situation = {
    stack,
    environment: process.env,
    pulumiHome,
    binFolders: [path.dirname(engine.cli), path.join(projectFolder, "node_modules/.bin")],
    localFolder,
    loggedIn: isLoggedIn(),
    baseUrl: isLocal && account ? account.apiUrl : plainSetting(readStackFile(stack), "cloudflare:baseUrl"),
    providerPort: account?.providerPort,
    officialProvider: officialProviderInstalled(),
    preload: path.join(projectFolder, "scripts/stack/late-modules.cjs"),
  };
  const environment = stackEnvironment(situation);
  if (wants.provider) await requireProvider(engine, situation, account);
  const cli = makeCli(engine.cli, homeFolder, environment);
  if (isLocal && wants.stack) await ensureLocalStack(cli, account);
  if (isLocal && wants.provider && account) await followAccount(cli, account);
  return { stack, cli, engine, account };
}

/** Makes refresh and destroy ask the account where it is now, when the state remembers it elsewhere. */
async function followAccount(cli: Cli, { apiUrl }: Account): Promise<void> {
  const exported = await exportedState({ cli, stack: LOCAL_STACK });
  if (recordedAddresses(exported).some((address) => address !== apiUrl))
    cli.environment.PULUMI_RUN_PROGRAM = "true";
}

async function requireProvider(
  engine: Engine,
  situation: Situation,
  account: Account | undefined,
): Promise<void> {
  const { stack, baseUrl } = situation;
  const local = stack === LOCAL_STACK || isLoopback(baseUrl);
  if (local && account === undefined)
    throw new Error(
      `Stack "${stack}" deploys to the local account, which is not running. Start it with \`npm start\` ` +
        `(or \`npm start -- --detach\` to have the terminal back), then run the command again.`,
    );
  if (!usesStandIn(situation)) await requireOfficialProvider(engine, stack);
}

const Credentials = z.object({ current: z.string().optional() });
const ProjectFile = z.object({ backend: z.object({ url: z.string() }).optional() });

function isLoggedIn(): boolean {
  if (process.env.PULUMI_ACCESS_TOKEN) return true;
  const project = ProjectFile.parse(parse(readFileSync(path.join(homeFolder, "Pulumi.yaml"), "utf8")));
  if (project.backend) return true;
  const file = path.join(pulumiHome, "credentials.json");
  if (!existsSync(file)) return false;
  const credentials = Credentials.safeParse(JSON.parse(readFileSync(file, "utf8")));
  return Boolean(credentials.data?.current);
}
