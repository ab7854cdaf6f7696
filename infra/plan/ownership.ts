/**
 * Whose script is it? A script of our name in the account may be this stack's, another stack's, or somebody else's; its
 * name and migration tag do not tell. Only what this stack's own state says counts, so that a fresh clone with an empty
 * backend never overwrites a live script. See docs/decisions/script-ownership.md.
 */
import type { LiveScript } from "./migrations.ts";
import type { Problem } from "./problems.ts";

/** A script by the two things that make it one and the same for Cloudflare. */
export interface ScriptPlace {
  readonly accountId: string;
  readonly scriptName: string;
}

/** What the stack's state remembers, finished runs or not. */
export interface StackMemory {
  /** Scripts that stand in the state as resources: uploaded, or imported. */
  readonly recorded: readonly ScriptPlace[];
  /**
   * The script that a run began to make. The program only writes this down once it found the account free, or the script
   * its own; and it counts only beside a recorded directory, because every upload of ours follows that.
   */
  readonly begun?: ScriptPlace | undefined;
}

export type Owner =
  /** A finished run recorded it, or it stands in the state. */
  | "recorded"
  /** A run of this stack was interrupted after it began. */
  | "begun"
  /** The stack's settings agree to take it over. */
  | "agreed"
  | "foreign";

export interface OwnershipQuestion extends ScriptPlace {
  readonly live: LiveScript;
  /** Tags of the program's own history. */
  readonly knownTags: readonly string[];
  /** The script of the last finished run. */
  readonly last: ScriptPlace | undefined;
  readonly memory: StackMemory;
  /** Setting `adoptScript`. */
  readonly adoptScript?: string | undefined;
}

const same = (one: ScriptPlace | undefined, other: ScriptPlace): boolean =>
  one?.accountId === other.accountId && one.scriptName === other.scriptName;

/** Who the live script belongs to, as far as this stack can prove. */
export function ownerOf(question: OwnershipQuestion): Owner {
  const { live, last, memory } = question;
  if (same(last, question) || memory.recorded.some((place) => same(place, question))) return "recorded";
  // An upload of ours sets its tag in the same call: without a known one, somebody else made the script since.
  const tagged = live.tag !== undefined && question.knownTags.includes(live.tag);
  if (tagged && same(memory.begun, question)) return "begun";
  return question.adoptScript === question.scriptName ? "agreed" : "foreign";
}

/** The refusal of a script that cannot be shown to be this stack's. */
export const foreignScript = (
  { accountId, scriptName, live }: OwnershipQuestion,
  stack: string,
): Problem => ({
  what:
    `script ${scriptName} lives in account ${accountId} (migration tag: ${live.tag ?? "none"}), ` +
    `and nothing in this stack's state says that it is this stack's`,
  fix:
    `If the state lies in another backend, use that one: PULUMI_BACKEND_URL, or npm run pulumi -- login. ` +
    `To take the script over with its rooms: npm run pulumi -- config set adoptScript ${scriptName} --stack ${stack}. ` +
    `To leave it alone: npm run pulumi -- config set scriptName <another name> --stack ${stack}`,
});
