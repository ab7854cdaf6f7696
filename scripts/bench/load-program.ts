/** The load generator: a small Go program, built once into `.tools` and run once for each measurement. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { projectFolder, toolsFolder } from "../toolchain/places.ts";
import { run } from "../toolchain/run.ts";
import { pinned } from "./cores.ts";

const SOURCES = path.join(projectFolder, "scripts/bench/load");

export interface LoadSpec {
  /** Host and port. */
  readonly address: string;
  readonly path: string;
  readonly dialect: "v1" | "plain" | "socket.io";
  readonly connections: number;
  /** Connections that join and never read. */
  readonly slow?: number;
  /**
   * `saturate`: so many messages always under way. `rate`: so many a second, each carrying the time at which it was
   * due. `join`: nothing is sent. `listen`: the server sends by itself.
   */
  readonly mode: "saturate" | "rate" | "join" | "listen";
  readonly inFlight?: number;
  readonly rate?: number;
  readonly warmupMs?: number;
  readonly runMs?: number;
  /** Characters of a message's text. */
  readonly length?: number;
  /** The server's processes: their CPU time and memory. */
  readonly pids: readonly number[];
}

const Result = z.object({
  joined: z.number(),
  joinSeconds: z.number(),
  joinCpuSeconds: z.number(),
  seconds: z.number(),
  messages: z.number(),
  deliveries: z.number(),
  frames: z.number(),
  bytes: z.number(),
  serverCpuSeconds: z.number(),
  loadCpuSeconds: z.number(),
  p50: z.number(),
  p99: z.number(),
  rssBefore: z.number(),
  rssPeak: z.number(),
  missing: z.number(),
  misplaced: z.number(),
  unlike: z.number(),
  errors: z.number(),
  firstError: z.string(),
  closed: z.number(),
  late: z.boolean(),
});
/** What the load generator saw. Seconds, milliseconds (`p50`, `p99`), bytes. */
export type LoadResult = z.infer<typeof Result>;

/** Handshakes under way at once, and the longest wait for what is under way at the end. */
const PARALLEL = 64;
const DRAIN_MS = 15_000;
const TEXT_LENGTH = 60;

/** The program's file. Built anew when its sources changed. */
export async function buildLoad(): Promise<string> {
  const sources = readdirSync(SOURCES).sort();
  const hash = createHash("sha256");
  for (const name of sources) hash.update(name).update(readFileSync(path.join(SOURCES, name)));
  const program = path.join(toolsFolder, "bench", `load-${hash.digest("hex").slice(0, 12)}`);
  if (existsSync(program)) return program;
  mkdirSync(path.dirname(program), { recursive: true });
  const fresh = `${program}.${process.pid}`;
  const { code, stderr } = await run("go", ["build", "-o", fresh, "."], { cwd: SOURCES }).catch(() => {
    throw new Error("The load generator is a Go program: install Go (https://go.dev/dl) and run again");
  });
  if (code !== 0) throw new Error(`The load generator does not build:\n${stderr}`);
  renameSync(fresh, program);
  return program;
}

/** @throws when the run could not be made: a refused connection, an address that does not answer */
export async function runLoad(program: string, spec: LoadSpec): Promise<LoadResult> {
  const input = JSON.stringify({ parallel: PARALLEL, drainMs: DRAIN_MS, length: TEXT_LENGTH, ...spec });
  const [command, ...args] = pinned("load", [program]);
  const { code, stdout, stderr } = await run(command, args, { input });
  if (code !== 0) throw new Error(`${spec.path}, ${spec.connections} connections: ${stderr.trim()}`);
  return Result.parse(JSON.parse(stdout));
}

/** Order, loss and duplicates, in words; undefined: all as it should be. */
export function flaw({
  missing,
  misplaced,
  unlike,
  errors,
  firstError,
  closed,
}: LoadResult): string | undefined {
  const found = [
    missing === 0 ? "" : `${missing} deliveries missing`,
    misplaced === 0 ? "" : `${misplaced} lost, doubled or out of order`,
    unlike === 0 ? "" : `${unlike} connections saw another order than the first`,
    errors === 0 ? "" : `${errors} errors (${firstError})`,
    closed === 0 ? "" : `${closed} connections closed`,
  ].filter((part) => part !== "");
  return found.length === 0 ? undefined : found.join(", ");
}
