import type { Fault, FaultReport } from "./lab.ts";

/** What goes wrong with one call. */
export const FAILURES = {
  "429 with Retry-After": { action: { kind: "status", status: 429, retryAfterSeconds: 1 } },
  "500 before its effect": { action: { kind: "status", status: 500 } },
  "500 after its effect": { action: { kind: "status", status: 500 }, when: "after" },
  "connection reset before its effect": { action: { kind: "reset" } },
  "connection reset after its effect": { action: { kind: "reset" }, when: "after" },
  "conflict of the migration tag": { action: { kind: "status", status: 412, code: 10079 } },
  "up killed before its effect": { action: { kind: "hang" } },
  "up killed after its effect": { action: { kind: "hang" }, when: "after" },
} as const satisfies Record<string, Pick<Fault, "action" | "when">>;
export type Failure = keyof typeof FAILURES;

/** What the account is like when the drill begins: empty, or with a chat in which people talk. */
export const SCENARIOS = ["first up", "update"] as const;
export type Scenario = (typeof SCENARIOS)[number];

export type Drill = {
  scenario: Scenario;
  /** Which of the run's calls, 1 being the first. */
  call: number;
  method: string;
  path: string;
  failure: Failure;
};

export const isKill = (failure: Failure): boolean => failure.startsWith("up killed");
const isUpload = (method: string, path: string): boolean =>
  method === "PUT" && /\/workers\/scripts\/[^/]+$/.test(path);

/** Every failure that makes a difference at every call of a run. */
export function drillsFor(scenario: Scenario, calls: FaultReport["calls"]): Drill[] {
  return calls.flatMap(({ method, path }, index) =>
    (Object.keys(FAILURES) as Failure[]) // Object.keys forgets the key type
      .filter((failure) => makesSense(failure, method, path))
      .map((failure) => ({ scenario, call: index + 1, method, path, failure })),
  );
}

/** A read has no effect to fail after, and only an upload names a tag. */
function makesSense(failure: Failure, method: string, path: string): boolean {
  if (failure === "conflict of the migration tag") return isUpload(method, path);
  return method !== "GET" || !failure.includes("after its effect");
}

/** The end of a path tells the call; ids in the middle do not. */
const shortPath = (path: string): string => path.split("/").slice(-3).join("/");

export const drillName = ({ scenario, call, method, path, failure }: Drill): string =>
  `${scenario}, call ${call}, ${method} …/${shortPath(path)}: ${failure}`;

export const faultOf = ({ call, failure }: Drill): Fault => ({
  path: ".",
  nth: call,
  ...FAILURES[failure],
});
