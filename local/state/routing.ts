import type { DatabaseSync } from "node:sqlite";
import { optionalText, type Row, text } from "./row.ts";

export interface Route {
  readonly id: string;
  readonly zoneId: string;
  readonly pattern: string;
  /** Undefined: no Worker runs on what the pattern matches. */
  readonly script: string | undefined;
}

export interface Domain {
  readonly id: string;
  readonly zoneId: string;
  readonly hostname: string;
  readonly service: string;
  readonly certId: string;
}

export function listRoutes(db: DatabaseSync): Route[] {
  return db.prepare("SELECT * FROM routes ORDER BY pattern").all().map(toRoute);
}

export function saveRoute(db: DatabaseSync, route: Route): void {
  db.prepare(
    `INSERT INTO routes VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET pattern = excluded.pattern, script = excluded.script`,
  ).run(route.id, route.zoneId, route.pattern, route.script ?? null);
}

export function removeRoute(db: DatabaseSync, id: string): void {
  db.prepare("DELETE FROM routes WHERE id = ?").run(id);
}

export function listDomains(db: DatabaseSync): Domain[] {
  return db.prepare("SELECT * FROM domains ORDER BY hostname").all().map(toDomain);
}

export function saveDomain(db: DatabaseSync, domain: Domain): void {
  db.prepare(
    `INSERT INTO domains VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (hostname) DO UPDATE SET service = excluded.service, zone_id = excluded.zone_id`,
  ).run(domain.id, domain.zoneId, domain.hostname, domain.service, domain.certId);
}

export function removeDomain(db: DatabaseSync, id: string): void {
  db.prepare("DELETE FROM domains WHERE id = ?").run(id);
}

const toRoute = (row: Row): Route => ({
  id: text(row, "id"),
  zoneId: text(row, "zone_id"),
  pattern: text(row, "pattern"),
  script: optionalText(row, "script"),
});

const toDomain = (row: Row): Domain => ({
  id: text(row, "id"),
  zoneId: text(row, "zone_id"),
  hostname: text(row, "hostname"),
  service: text(row, "service"),
  certId: text(row, "cert_id"),
});
