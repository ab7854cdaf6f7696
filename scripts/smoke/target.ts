import * as z from "zod";
import { exportedState } from "../stack/exported-state.ts";
import { type OpenStack, openStack } from "../stack/open-stack.ts";

/** A version of the script that has only a share of the traffic, and how to reach it for certain. */
export type Canary = { scriptName: string; versionId: string; percentage: number };
/** Where to smoke-test, and which version must answer there (undefined: any). */
export type SmokeTarget = {
  url: string;
  version: string | undefined;
  /** Signs the tickets that a chat with `access: ticket` asks for. */
  ticketKey?: string | undefined;
  /** Tickets are asked for and their key is not at hand (`keptSecrets`): the rooms cannot be entered. */
  closed?: boolean;
  /** The address is new: names and certificates take minutes, so a silence is waited for. */
  fresh?: boolean;
  canary?: Canary | undefined;
};

/** https://developers.cloudflare.com/workers/configuration/versions-and-deployments/gradual-deployments/#version-overrides */
export const overrideHeaders = ({ canary }: SmokeTarget): Record<string, string> =>
  canary ? { "Cloudflare-Workers-Version-Overrides": `${canary.scriptName}="${canary.versionId}"` } : {};

/** The state's own resource, which holds the stack's outputs. */
const STACK_TYPE = "pulumi:pulumi:Stack";
const State = z.object({
  deployment: z.object({
    resources: z.array(z.object({ type: z.string(), outputs: z.unknown().optional() })).nullish(),
  }),
});
const Outputs = z.object({
  url: z.string(),
  version: z.string(),
  scriptName: z.string(),
  dataset: z.string(),
});

/**
 * Reads `<stack or url>`. A stack's address and version are its outputs.
 *
 * @throws when the stack was never deployed.
 */
export async function smokeTarget(argument: string): Promise<SmokeTarget> {
  if (/^https?:\/\//.test(argument)) return { url: argument, version: undefined };
  const open = await openStack(argument, { stack: true, provider: false });
  const { url, version } = await deployedChatOf(open);
  const setting = async (name: string) =>
    (await open.cli.quiet(["config", "get", name, "--stack", argument])).stdout.trim();
  const access = await setting("access");
  return { url, version, ...ticketsOf(access, access === "ticket" ? await setting("ticketKey") : "") };
}

/** How a smoke test gets into the rooms. */
export const ticketsOf = (
  access: string,
  ticketKey: string | undefined,
): Pick<SmokeTarget, "ticketKey" | "closed"> => {
  if (access !== "ticket") return {};
  return ticketKey ? { ticketKey } : { closed: true };
};

/**
 * What a stack has deployed, from its outputs.
 *
 * @throws when it was never deployed.
 */
export async function deployedChat(stack: string): Promise<z.infer<typeof Outputs>> {
  return deployedChatOf(await openStack(stack, { stack: true, provider: false }));
}

/** The same for a stack that is open already. */
export async function deployedChatOf(open: OpenStack): Promise<z.infer<typeof Outputs>> {
  const { stack } = open;
  const { deployment } = State.parse(JSON.parse(await exportedState(open)));
  const outputs = Outputs.safeParse(deployment.resources?.find(({ type }) => type === STACK_TYPE)?.outputs);
  if (!outputs.success)
    throw new Error(`Stack "${stack}" has no deployed chat yet: run \`npm run up -- ${stack}\` first.`);
  return outputs.data;
}
