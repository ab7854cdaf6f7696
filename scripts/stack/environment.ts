import path from "node:path";

/** What decides the CLI's environment for one stack. */
export type Situation = {
  stack: string;
  environment: NodeJS.ProcessEnv;
  pulumiHome: string;
  binFolders: string[];
  localFolder: string;
  /** Whether somebody logged in to a backend, or Pulumi.yaml names one. */
  loggedIn: boolean;
  /** The stack's plain `cloudflare:baseUrl`. */
  baseUrl: string | undefined;
  /** Where the local account's stand-in provider listens, if the account runs. */
  providerPort: number | undefined;
  officialProvider: boolean;
  /** What Node loads before the program. */
  preload: string;
};

/** The one stack that needs nothing from its user. */
export const LOCAL_STACK = "local";

const LOOPBACK_HOSTS = new Set(["127.0.0.1", "[::1]", "localhost"]);

/** Whether an address leads to this machine: the only kind that the stand-in provider may ever serve. */
export function isLoopback(url: string | undefined): boolean {
  if (url === undefined || !URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return LOOPBACK_HOSTS.has(hostname) || hostname.endsWith(".localhost");
}

/** Whether the stand-in provider takes the official plugin's part. Never for an address outside this machine. */
export const usesStandIn = (situation: Situation): boolean =>
  isLoopback(situation.baseUrl) && !situation.officialProvider;

/**
 * The environment in which the CLI works on a stack. What the caller has set wins, so any PULUMI_BACKEND_URL is
 * honoured, also for `local`.
 *
 * @throws when a stack other than `local` has no backend.
 */
export function stackEnvironment(situation: Situation): NodeJS.ProcessEnv {
  const { environment, stack, localFolder } = situation;
  const result: NodeJS.ProcessEnv = {
    ...environment,
    PULUMI_HOME: situation.pulumiHome,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The CLI stops at the first key of a wrong type; the program itself names every mistake at once.
    PULUMI_OPTION_SKIP_CONFIG_VALIDATION: "true",
    PATH: [...situation.binFolders, environment.PATH ?? ""].join(path.delimiter),
    // Quoted: the path may hold spaces. Not by Pulumi.yaml's `nodeargs`, whose paths would depend on the folder.
    NODE_OPTIONS:
      `${environment.NODE_OPTIONS ?? ""} --require ${JSON.stringify(situation.preload)}`.trimStart(),
  };
  const isLocal = stack === LOCAL_STACK;
  if (!environment.PULUMI_BACKEND_URL && isLocal)
    result.PULUMI_BACKEND_URL = `file://${path.join(localFolder, "state")}`;
  if (!isLocal && !environment.PULUMI_BACKEND_URL && !situation.loggedIn)
    throw new Error(noBackendMessage(stack));
  const hasPassphrase =
    environment.PULUMI_CONFIG_PASSPHRASE !== undefined || environment.PULUMI_CONFIG_PASSPHRASE_FILE;
  if (isLocal && !hasPassphrase) result.PULUMI_CONFIG_PASSPHRASE_FILE = path.join(localFolder, "passphrase");
  // A value left over in the caller's shell must not attach a stand-in to a real account.
  delete result.PULUMI_DEBUG_PROVIDERS;
  if (usesStandIn(situation)) {
    // Without it the engine would try five downloads before it uses what is attached.
    result.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION = "true";
    if (situation.providerPort !== undefined)
      result.PULUMI_DEBUG_PROVIDERS = `cloudflare:${situation.providerPort}`;
  }
  return result;
}

const noBackendMessage = (stack: string): string =>
  `Stack "${stack}" has no backend to keep its state: only the stack "${LOCAL_STACK}" gets one by itself. ` +
  `Set PULUMI_BACKEND_URL (s3://…, gs://…, azblob://…, file://…, https://api.pulumi.com), or log in once with \`npm run pulumi -- login\`.`;
