import type { ResourceKind } from "../resource-kind.ts";
import { cronTrigger } from "./cron-trigger.ts";
import { customDomain } from "./custom-domain.ts";
import { kvKey } from "./kv-key.ts";
import { kvNamespace } from "./kv-namespace.ts";
import { route } from "./route.ts";
import { script } from "./script.ts";
import { scriptSubdomain } from "./script-subdomain.ts";
import { worker } from "./worker.ts";
import { workerDeployment } from "./worker-deployment.ts";
import { workerVersion } from "./worker-version.ts";

const KINDS = [
  kvNamespace,
  kvKey,
  script,
  scriptSubdomain,
  route,
  customDomain,
  cronTrigger,
  worker,
  workerVersion,
  workerDeployment,
];

/** @throws Error that lists what there is, for a type that the stand-in does not model. */
export function resourceKind(token: string): ResourceKind {
  const kind = KINDS.find((candidate) => candidate.token === token);
  if (kind !== undefined) return kind;
  const known = KINDS.map((candidate) => candidate.token.split(":").at(-1)).join(", ");
  throw new Error(
    `The stand-in provider of the local account does not model ${token}; it has ${known}. Use the official plugin for others.`,
  );
}
