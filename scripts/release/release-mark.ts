import os from "node:os";
import { isRunning, ownIdentity } from "../toolchain/process-identity.ts";
import type { Deployment } from "./traffic.ts";

/** What a gradual release writes on its deployments, so that whoever finds one knows what it is and whose. */
export type ReleaseMark = {
  /** Bundle on trial, shortened. */
  version: string;
  /** Version id that gets the traffic back. */
  from: string;
  user: string;
  host: string;
  pid: number;
  startTime: string;
};

const PATTERN =
  /^edge-chat gradual release of (\S+) in place of (\S+), by (\S+) on (\S+), process (\d+) since (\S*)$/;

export const markText = ({ version, from, user, host, pid, startTime }: ReleaseMark): string =>
  `edge-chat gradual release of ${version} in place of ${from}, by ${user} on ${host}, process ${pid} since ${startTime}`;

/** The mark of a deployment that a gradual release made; undefined for all others. */
export function readMark(message: string): ReleaseMark | undefined {
  const [, version, from, user, host, pid, startTime] = PATTERN.exec(message) ?? [];
  if (!version || !from || !user || !host) return undefined;
  return { version, from, user, host, pid: Number(pid), startTime: startTime ?? "" };
}

const word = (text: string): string => text.replaceAll(/\s+/g, "-") || "somebody";

export const ownMark = (version: string, from: string): ReleaseMark => ({
  version,
  from,
  user: word(process.env.USER ?? process.env.GITHUB_ACTOR ?? ""),
  host: word(os.hostname()),
  ...ownIdentity(),
});

/** What a split deployment means for somebody who wants to deploy now. */
export type SplitVerdict =
  | { is: "whole" }
  /** A release of this host whose process is gone. */
  | { is: "abandoned"; mark: ReleaseMark }
  /** One that may be at work, here or elsewhere. */
  | { is: "running"; mark: ReleaseMark }
  /** Made by hand or by another tool. */
  | { is: "foreign" };

export function judgeSplit(
  deployment: Deployment | undefined,
  here: { host: string; isRunning(mark: ReleaseMark): boolean },
): SplitVerdict {
  if (deployment === undefined || deployment.shares.length < 2) return { is: "whole" };
  const mark = readMark(deployment.message);
  if (mark === undefined) return { is: "foreign" };
  const gone = mark.host === here.host && !here.isRunning(mark);
  return { is: gone ? "abandoned" : "running", mark };
}

export const thisHost = { host: word(os.hostname()), isRunning };
