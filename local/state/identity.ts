import type { DatabaseSync } from "node:sqlite";
import { transaction } from "./database.ts";
import { text } from "./row.ts";

/** Who the account is. Made once at the first start, then kept. */
export interface Identity {
  /** 32 hex digits, like Cloudflare's. */
  readonly accountId: string;
  readonly accountName: string;
  /** The one API token, 43 characters of base64url: the official provider refuses fewer than 40. */
  readonly apiToken: string;
  readonly userId: string;
  /** The account's workers.dev label: `<script>.<subdomain>.localhost`. */
  readonly subdomain: string;
}

export interface Zone {
  readonly id: string;
  readonly name: string;
  readonly createdOn: string;
}

/** The zone that every account has from the start. */
export const FIRST_ZONE = "localhost";

/** Randomness and time of the account, as parameters so that tests can fix them. */
export interface Source {
  readonly hexId: () => string;
  readonly token: () => string;
  readonly now: () => string;
}

export function ensureIdentity(db: DatabaseSync, source: Source): Identity {
  const found = readIdentity(db);
  if (found !== undefined) return found;
  transaction(db, () => {
    db.prepare("INSERT INTO account VALUES (?, ?, ?, ?, ?, ?)").run(
      source.hexId(),
      "Local account",
      source.token(),
      source.hexId(),
      "local",
      source.now(),
    );
    addZone(db, { id: source.hexId(), name: FIRST_ZONE, createdOn: source.now() });
  });
  const made = readIdentity(db);
  if (made === undefined) throw new Error("the account's identity could not be stored");
  return made;
}

function readIdentity(db: DatabaseSync): Identity | undefined {
  const row = db.prepare("SELECT * FROM account").get();
  if (row === undefined) return undefined;
  return {
    accountId: text(row, "id"),
    accountName: text(row, "name"),
    apiToken: text(row, "token"),
    userId: text(row, "user_id"),
    subdomain: text(row, "subdomain"),
  };
}

export function listZones(db: DatabaseSync): Zone[] {
  return db
    .prepare("SELECT * FROM zones ORDER BY name")
    .all()
    .map((row) => ({ id: text(row, "id"), name: text(row, "name"), createdOn: text(row, "created_on") }));
}

export function addZone(db: DatabaseSync, zone: Zone): void {
  db.prepare("INSERT INTO zones VALUES (?, ?, ?)").run(zone.id, zone.name, zone.createdOn);
}
