/** What a command line for the CLI asks for, as far as the environment depends on it. */
export type Request = {
  /** The command's words, such as ["stack", "ls"]; flags left out. */
  words: string[];
  /** The stack that the arguments name. */
  stack: string | undefined;
  /** Whether it only asks for help. */
  help: boolean;
};

/** Flags of the CLI that take their value from the next argument, as far as they may stand before a word. */
const FLAGS_WITH_VALUE = new Set([
  "-s",
  "--stack",
  "-C",
  "--cwd",
  "--color",
  "-v",
  "--verbose",
  "--config-file",
  "-m",
  "--message",
]);
/** Commands whose second word names the stack: `stack select dev`. */
const STACK_IN_WORDS = new Set(["init", "select", "rm"]);

/** Reads the CLI's arguments without running it. */
export function readRequest(args: readonly string[]): Request {
  const words: string[] = [];
  let stack: string | undefined;
  let help = false;
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? "";
    if (argument === "--") break;
    if (argument === "-h" || argument === "--help") help = true;
    if (argument === "-s" || argument === "--stack") stack = args[at + 1];
    else if (argument.startsWith("--stack=")) stack = argument.slice("--stack=".length);
    else if (/^-s[^-]/.test(argument)) stack = argument.slice(2).replace(/^=/, "");
    if (FLAGS_WITH_VALUE.has(argument)) at += 1;
    else if (!argument.startsWith("-")) words.push(argument);
  }
  if (words[0] === "stack" && STACK_IN_WORDS.has(words[1] ?? "")) stack = words[2] ?? stack;
  return { words, stack, help: help || words.length === 0 || words[0] === "help" };
}

/** `organization/edge-websocket-chat/local` and `local` are the same stack of this project. */
export const shortName = (stack: string): string => stack.split("/").at(-1) ?? stack;

/** Commands that talk to Cloudflare through the provider. */
const PROVIDER_COMMANDS = new Set([
  "preview",
  "pre",
  "up",
  "update",
  "refresh",
  "destroy",
  "down",
  "dn",
  "import",
  "watch",
]);

/** Commands that work without any stack. */
const STACKLESS_COMMANDS = new Set([
  "version",
  "help",
  "login",
  "logout",
  "whoami",
  "plugin",
  "package",
  "schema",
  "new",
  "convert",
  "gen-completion",
  "install",
  "org",
  "policy",
  "project",
  "template",
]);

/** What the command needs before it can run. */
export function needs(request: Request): { stack: boolean; provider: boolean } {
  const [command, verb] = request.words;
  if (request.help || command === undefined || STACKLESS_COMMANDS.has(command))
    return { stack: false, provider: false };
  // These make, list or remove stacks: the stack they name may not exist yet, or not any more.
  if (command === "stack" && ["ls", "init", "rm", "unselect"].includes(verb ?? ""))
    return { stack: false, provider: false };
  return { stack: true, provider: PROVIDER_COMMANDS.has(command) };
}
