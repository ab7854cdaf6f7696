import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { API_PREFIX, apiApp } from "../../../local/api/server.ts";
import type { Cloud } from "../../../local/cloud.ts";
import { Faults } from "../../../local/faults.ts";
import { openDatabase } from "../../../local/state/database.ts";
import { ensureIdentity } from "../../../local/state/identity.ts";
import { fixtures, recordedSteps } from "../contract/recorded-calls.ts";
import { CLIENTS, endpointTable, routesMarked } from "./endpoint-table.ts";

it("the table of docs/local-account.md has exactly the endpoints that the API has", () => {
  const folder = mkdtempSync(join(tmpdir(), "endpoints-"));
  const db = openDatabase(join(folder, "account.sqlite"));
  const identity = ensureIdentity(db, { hexId: () => "0", token: () => "t", now: () => "now" });
  // Routes are only listed here, never called: they need no more of the account.
  const app = apiApp({ db, identity } as Cloud, new Faults(), () => undefined);
  db.close();
  rmSync(folder, { recursive: true });
  const routes = app.routes
    .filter(({ method, path }) => method !== "ALL" && path.startsWith(`${API_PREFIX}/`))
    .map(({ method, path }) => `${method} ${path.slice(API_PREFIX.length)}`);
  const rows = endpointTable().map(({ route }) => route);
  expect(rows.toSorted()).toEqual([...new Set(routes)].sort());
});

it("its clients are known by name", () => {
  const named = new Set(endpointTable().flatMap(({ clients }) => clients));
  expect([...named].sort()).toEqual([...CLIENTS].sort());
});

it("the official provider's recorded requests reach every endpoint that the table says it does", () => {
  const requests = fixtures()
    .flatMap(recordedSteps)
    .flatMap(({ calls }) => calls.map(({ method, path }) => `${method} ${path}`));
  expect(routesMarked("provider", requests)).toEqual({ missing: [], unexpected: [] });
});
