/** A Cloudflare account on this machine: the management API, the edge in front of the Workers, and their data. */
import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { API_PREFIX, createApiServer } from "./api/server.ts";
import type { Cloud } from "./cloud.ts";
import { findPreview, previewAddress } from "./deployment/preview.ts";
import { createFrontDoor } from "./edge/front-door.ts";
import { type Fault, Faults } from "./faults.ts";
import { makeExclusive } from "./process/exclusively.ts";
import { closeServer, LOOPBACK, listen } from "./process/listen.ts";
import { takeLock } from "./process/lock.ts";
import { endOrphans } from "./process/orphans.ts";
import { removeUnusedAssets } from "./runtime/asset-files.ts";
import { readFleet } from "./runtime/deployed-worker.ts";
import { consoleLine, exceptionLines } from "./runtime/log-lines.ts";
import { startRuntime } from "./runtime/runtime.ts";
import { makeSink } from "./runtime/sink.ts";
import { TailSessions } from "./runtime/tail-sessions.ts";
import { addDataPoint, forgetOldDataPoints } from "./state/data-points.ts";
import { openDatabase } from "./state/database.ts";
import { ensureIdentity, FIRST_ZONE, listZones } from "./state/identity.ts";
import { listDomains, listRoutes } from "./state/routing.ts";
import { listReachable } from "./state/scripts.ts";
import { usedAssets } from "./state/versions.ts";

export interface AccountOptions {
  /** Holds everything that must survive. Made when missing. */
  readonly directory: string;
  /** Ports on 127.0.0.1; 0 takes any free one. */
  readonly edgePort: number;
  readonly apiPort: number;
  readonly providerPort?: number;
  /** Console lines of the Workers, exceptions, and what the account has to say. */
  readonly log?: (line: string) => void;
  /** For tests of clients: see `local/faults`. */
  readonly faults?: readonly Fault[];
}

export interface LocalAccount {
  /** `http://127.0.0.1:<port>/client/v4`, as `CLOUDFLARE_API_BASE_URL` wants it. */
  readonly apiUrl: string;
  readonly edgeUrl: string;
  readonly accountId: string;
  readonly apiToken: string;
  readonly zoneId: string;
  readonly zoneName: string;
  /** gRPC port of the stand-in provider, for `PULUMI_DEBUG_PROVIDERS=cloudflare:<port>`. */
  readonly providerPort: number;
  readonly stop: () => Promise<void>;
}

/** Bytes of an API token: 43 characters of base64url, above the 40 that the official provider asks for. */
const TOKEN_BYTES = 32;
const ID_BYTES = 16;

/** Throws `FolderHeld` or `PortTaken`, with nothing left running, when the folder or a port is somebody else's. */
export async function startAccount(options: AccountOptions): Promise<LocalAccount> {
  const log = options.log ?? (() => undefined);
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  // One name for one folder, whatever links lead to it: orphans are found by it.
  const directory = realpathSync(options.directory);
  const undo: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const lock = takeLock(directory);
    undo.push(() => lock.release());
    const dataFolder = join(directory, "data");
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    for (const pid of await endOrphans(dataFolder))
      log(`ended a workerd (${pid}) that an earlier account left behind`);

    const db = openDatabase(join(directory, "account.sqlite"));
    undo.push(() => db.close());
    const now = () => new Date();
    const hexId = () => randomBytes(ID_BYTES).toString("hex");
    forgetOldDataPoints(db, now().getTime());
    removeUnusedAssets(dataFolder, usedAssets(db));
    const identity = ensureIdentity(db, {
      hexId,
      token: () => randomBytes(TOKEN_BYTES).toString("base64url"),
      now: () => now().toISOString(),
    });

    const tails = new TailSessions();
    const runtime = await startRuntime(readFleet(db), dataFolder, {
      log: (line) => {
        const shown = consoleLine(line);
        if (shown !== undefined) log(shown);
      },
      sink: makeSink({
        dataPoint: (point) => addDataPoint(db, point),
        tailEvents: (events) => {
          tails.publish(events);
          for (const line of events.flatMap(exceptionLines)) log(line);
        },
        listening: () => tails.listening,
        now: () => Date.now(),
      }),
    });
    undo.push(() => runtime.stop());

    let apiHost = "";
    const cloud: Cloud = {
      identity,
      db,
      runtime,
      tails,
      dataFolder,
      apiHost: () => apiHost,
      exclusively: makeExclusive(),
      now,
      hexId,
      uuid: randomUUID,
    };
    const faults = new Faults();
    faults.arm(options.faults ?? []);
    const api = createApiServer(cloud, faults, log);
    undo.push(() => closeServer(api));
    undo.push(() => tails.closeAll());
    apiHost = `${LOOPBACK}:${await listen(api, options.apiPort, "--api-port")}`;

    const edge = createFrontDoor({
      routing: () => ({
        routes: listRoutes(db),
        domains: listDomains(db),
        scripts: listReachable(db),
        subdomain: identity.subdomain,
        preview: (label) => findPreview(cloud, label),
      }),
      address: runtime.address,
      previewAddress: (preview) => previewAddress(cloud, preview),
      hint: "Deploy the chat with `npm run up -- local`, or a Worker of your own with `npx wrangler deploy`.",
    });
    undo.push(async () => {
      edge.destroyUpgraded();
      await closeServer(edge.server);
    });
    const edgePort = await listen(edge.server, options.edgePort, "--port");

    const { startProvider } = await import("./provider/server.ts");
    const provider = await startProvider({ port: options.providerPort ?? 0 });
    undo.push(() => provider.stop());

    const zone = listZones(db).find((candidate) => candidate.name === FIRST_ZONE);
    if (zone === undefined) throw new Error(`the account's zone '${FIRST_ZONE}' is missing from its state`);
    return {
      apiUrl: `http://${apiHost}${API_PREFIX}`,
      edgeUrl: `http://${LOOPBACK}:${edgePort}`,
      accountId: identity.accountId,
      apiToken: identity.apiToken,
      zoneId: zone.id,
      zoneName: zone.name,
      providerPort: provider.port,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Forgets everything the account keeps under `directory`. It must not be running. */
export function forgetAccount(directory: string): void {
  const lock = takeLock(directory);
  for (const name of ["data", "account.sqlite", "account.sqlite-wal", "account.sqlite-shm"])
    rmSync(join(directory, name), { recursive: true, force: true });
  lock.release();
}
