/**
 * What one run does: who is there, what the weather is like, and what happens when. Plain data, so that it can be
 * made from a seed, written down, and cut to what a failure needs.
 */
import type { ChatLimits, Region } from "../../../worker/bindings.ts";
import type { CrashPoint } from "../objects/durable-object.ts";

export interface User {
  readonly name: string;
  /** Where the user is; a hop moves it. */
  readonly place: Region;
  readonly kind: "v1" | "plain";
  /** ms that the user's own clock is wrong. */
  readonly clockMs: number;
}

export interface Weather {
  /** ms until a turn's writes are durable, at most. */
  readonly commitMs: number;
  /** ms by which an alarm is late, at most. */
  readonly alarmLateMs: number;
  /** Shares of the calls between objects whose request is lost, whose answer is lost, and that arrive twice. */
  readonly requestLost: number;
  readonly answerLost: number;
  readonly twice: number;
  /** Times the usual delay, at most, that a call takes: calls overtake each other. */
  readonly jitter: number;
}

/** `at`: ms from the beginning; it is the first member of every step. */
export type Step = { readonly at: number } & (
  | { readonly do: "come" | "leave" | "drop" | "forget" | "repeat" | "type"; readonly user: string }
  | { readonly do: "say"; readonly user: string; readonly count: number }
  /** Offline without a word, for so long. */
  | { readonly do: "vanish"; readonly user: string; readonly ms: number }
  | { readonly do: "hop"; readonly user: string; readonly place: Region }
  /** A moderator near `place` deletes one of the acknowledged messages. */
  | { readonly do: "remove"; readonly place: Region; readonly pick: number }
  | { readonly do: "kick"; readonly place: Region; readonly user: string; readonly banSeconds: number }
  | { readonly do: "crash"; readonly object: string; readonly point: CrashPoint }
  | { readonly do: "sleep" | "loseStorage" | "failWrite"; readonly object: string }
  /** Back to what was durable after that share of all writes. */
  | { readonly do: "restore"; readonly object: string; readonly share: number }
  | { readonly do: "skew"; readonly region: Region; readonly ms: number }
  /** Nothing passes between two places (a region, or `hub`) for so long; `*`: between `a` and everybody. */
  | { readonly do: "cut"; readonly a: string; readonly b: string; readonly ms: number }
  /** The settings change: visitors go to these regions from now on, objects learn of it within so many ms. */
  | {
      readonly do: "configure";
      readonly regions: readonly Region[];
      /** Those of them that no visitor is sent to. */
      readonly closed: readonly Region[];
      readonly ms: number;
    }
  /** Every object starts anew with the new code, within so many ms. */
  | { readonly do: "deploy"; readonly ms: number }
  /** The first deploy of code that knows replicas, to a room that began without: see `begins`. */
  | { readonly do: "upgrade"; readonly ms: number }
);

export interface Plan {
  readonly seed: number;
  readonly regions: readonly Region[];
  /** `single`: in the first region alone, with code that knows no replicas and none of their verbs, until `upgrade`. */
  readonly begins: "single" | "replicated";
  readonly limits: ChatLimits;
  readonly weather: Weather;
  readonly users: readonly User[];
  readonly steps: readonly Step[];
}

/** The objects of a plan: a replica has its region's name. */
export const HUB = "hub";
