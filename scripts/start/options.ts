import { parseArgs } from "node:util";

/** How `npm start` was asked to start. */
export type StartOptions = { port: number; apiPort: number; detach: boolean; fresh: boolean };

const DEFAULT_PORT = 8787;
const DEFAULT_API_PORT = 8780;
const HIGHEST_PORT = 65_535;

export const START_USAGE = `npm start -- [--port ${DEFAULT_PORT}] [--api-port ${DEFAULT_API_PORT}] [--detach] [--fresh]`;

/** @throws naming every wrong flag or port at once. */
export function readStartOptions(args: readonly string[]): StartOptions {
  const { values, tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: {
      port: { type: "string" },
      "api-port": { type: "string" },
      detach: { type: "boolean" },
      fresh: { type: "boolean" },
    },
  });
  const known = new Set(["port", "api-port", "detach", "fresh"]);
  const problems = tokens.flatMap((token) => {
    if (token.kind === "positional") return [`"${token.value}" is not understood`];
    return token.kind === "option" && !known.has(token.name) ? [`"${token.rawName}" is not a flag`] : [];
  });
  const port = readPort("--port", values.port, DEFAULT_PORT, problems);
  const apiPort = readPort("--api-port", values["api-port"], DEFAULT_API_PORT, problems);
  if (port === apiPort && port !== 0)
    problems.push(`--port and --api-port are both ${port}; they must differ`);
  if (problems.length > 0) throw new Error([...problems, START_USAGE].join("\n"));
  return { port, apiPort, detach: values.detach === true, fresh: values.fresh === true };
}

function readPort(flag: string, value: unknown, fallback: number, problems: string[]): number {
  if (value === undefined) return fallback;
  const port = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isInteger(port) && port <= HIGHEST_PORT) return port;
  problems.push(`${flag} is "${value}"; a port is a number from 0 (any free one) to ${HIGHEST_PORT}`);
  return fallback;
}
