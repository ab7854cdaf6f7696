/** The room's log in SQLite. What every join reads is also held in memory; `reload` after a transaction was undone. */
import type { Vector } from "../room/cursor.ts";
import type { Deletion } from "../room/protocol.ts";
import type { OriginHead } from "../room/resume.ts";
import type { Entry, EntryLog, Taken } from "../room/store.ts";
import type { Row, Sql } from "./sql.ts";

interface EntryRow extends Row {
  place: string;
  id: string;
  origin: string;
  seq: number;
  user_id: string;
  username: string;
  message: string;
  timestamp: number;
}

interface Head {
  seq: number;
  trimmed: number;
}

/** Of a deletion: its place is trimmed. Goes by the index of ids. */
const LOOSE = "NOT EXISTS (SELECT 1 FROM entries WHERE entries.id = deletions.id AND entries.state <> 2)";
const COLUMNS = "place, id, origin, seq, user_id, username, message, timestamp";

const entryOf = (row: EntryRow): Entry => ({
  id: row.id,
  userId: row.user_id,
  username: row.username,
  message: row.message,
  timestamp: row.timestamp,
  order: row.place,
  origin: row.origin,
  seq: row.seq,
});

export class SqlEntryLog implements EntryLog {
  readonly #sql: Sql;
  #heads: Map<string, Head> | undefined;
  /** Null: none is held. */
  #highest: string | null | undefined;
  #newest: { readonly limit: number; readonly entries: readonly Entry[] } | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  reload(): void {
    this.#heads = undefined;
    this.#highest = undefined;
    this.#newest = undefined;
  }

  know(origin: string): void {
    this.#see(origin, 0);
  }

  append(entry: Entry): void {
    this.#sql.all(
      `INSERT INTO entries (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      entry.order,
      entry.id,
      entry.origin,
      entry.seq,
      entry.userId,
      entry.username,
      entry.message,
      entry.timestamp,
    );
    this.#see(entry.origin, entry.seq);
    const highest = this.highest();
    if (highest === undefined || highest < entry.order) this.#highest = entry.order;
    this.#newest = undefined;
  }

  taken(id: string): Taken | undefined {
    return this.#sql.all<{ order: string; timestamp: number }>(
      `SELECT place AS "order", timestamp FROM entries WHERE id = ? AND state <> 2`,
      id,
    )[0];
  }

  heads(): readonly OriginHead[] {
    return [...this.#loadHeads()].map(([origin, { seq, trimmed }]) => ({ origin, seq, trimmed }));
  }

  highest(): string | undefined {
    this.#highest ??=
      this.#sql.all<{ place: string | null }>("SELECT MAX(place) AS place FROM entries")[0]?.place ?? null;
    return this.#highest ?? undefined;
  }

  newest(limit: number): readonly Entry[] {
    if (this.#newest?.limit !== limit) {
      const rows = this.#sql.all<EntryRow>(
        `SELECT ${COLUMNS} FROM entries WHERE state = 0 ORDER BY place DESC LIMIT ?`,
        limit,
      );
      this.#newest = { limit, entries: rows.reverse().map(entryOf) };
    }
    return this.#newest.entries;
  }

  page(before: string | undefined, limit: number, visible: number): readonly Entry[] {
    const rows = this.#sql.all<EntryRow>(
      `SELECT ${COLUMNS} FROM (SELECT * FROM entries ORDER BY place DESC LIMIT ?)
       WHERE state = 0 AND (? IS NULL OR place < ?) ORDER BY place DESC LIMIT ?`,
      visible,
      before ?? null,
      before ?? null,
      limit,
    );
    return rows.reverse().map(entryOf);
  }

  count(visible: number): number {
    return this.#number(
      "SELECT COUNT(*) AS n FROM (SELECT state FROM entries ORDER BY place DESC LIMIT ?) WHERE state = 0",
      visible,
    );
  }

  isEmpty(): boolean {
    return this.highest() === undefined;
  }

  after(vector: Vector, limit: number): readonly Entry[] {
    const found = [...this.#loadHeads().keys()].flatMap((origin) =>
      this.#sql
        .all<EntryRow>(
          `SELECT ${COLUMNS} FROM entries WHERE origin = ? AND seq > ? AND state = 0 ORDER BY seq LIMIT ?`,
          origin,
          vector.get(origin) ?? 0,
          limit,
        )
        .map(entryOf),
    );
    return found.sort((a, b) => (a.order < b.order ? -1 : 1)).slice(0, limit);
  }

  deletionsAfter(vector: Vector): readonly Deletion[] {
    return this.#sql
      .all<{ id: string; origin: string; seq: number }>("SELECT id, origin, seq FROM deletions ORDER BY seq")
      .filter(({ origin, seq }) => seq > (vector.get(origin) ?? 0));
  }

  orderUpTo(origin: string, seq: number): string | undefined {
    return this.#sql.all<{ place: string }>(
      "SELECT place FROM entries WHERE origin = ? AND seq <= ? ORDER BY seq DESC LIMIT 1",
      origin,
      seq,
    )[0]?.place;
  }

  remove({ id, origin, seq }: Deletion, at: number): "done" | boolean {
    const state = this.#sql.all<{ state: number }>(
      "SELECT state FROM entries WHERE id = ? AND state <> 2",
      id,
    )[0]?.state;
    if (state === undefined) return false;
    if (state === 1) return "done";
    this.#sql.all("UPDATE entries SET state = 1, message = '', username = '' WHERE id = ? AND state = 0", id);
    this.#sql.all(
      "INSERT OR IGNORE INTO deletions (id, origin, seq, deleted_at) VALUES (?, ?, ?, ?)",
      id,
      origin,
      seq,
      at,
    );
    this.#see(origin, seq);
    this.#newest = undefined;
    return true;
  }

  placeFromNewest(n: number): string | undefined {
    return this.#place("DESC", n);
  }

  placeFromOldest(n: number): string | undefined {
    return this.#place("ASC", n);
  }

  trim(floor: string, deletedBefore: number): number {
    const dropped = this.#sql.all<{ origin: string; seq: number; n: number }>(
      "SELECT origin, MAX(seq) AS seq, COUNT(*) AS n FROM entries WHERE place <= ? GROUP BY origin",
      floor,
    );
    this.#sql.all("DELETE FROM entries WHERE place <= ?", floor);
    const loose = `deleted_at < ? AND ${LOOSE}`;
    const forgotten = this.#sql.all<{ origin: string; seq: number; n: number }>(
      `SELECT origin, MAX(seq) AS seq, COUNT(*) AS n FROM deletions WHERE ${loose} GROUP BY origin`,
      deletedBefore,
    );
    this.#sql.all(`DELETE FROM deletions WHERE ${loose}`, deletedBefore);
    for (const { origin, seq } of [...dropped, ...forgotten])
      this.#sql.all("UPDATE origins SET trimmed = MAX(trimmed, ?) WHERE origin = ?", seq, origin);
    this.reload();
    return dropped.reduce((sum, { n }) => sum + n, 0);
  }

  hasMoreThan(visible: number): boolean {
    return this.#place("DESC", visible + 1) !== undefined;
  }

  hasLooseDeletions(): boolean {
    return this.#number(`SELECT COUNT(*) AS n FROM deletions WHERE ${LOOSE}`) > 0;
  }

  #place(direction: "ASC" | "DESC", n: number): string | undefined {
    return this.#sql.all<{ place: string }>(
      `SELECT place FROM entries ORDER BY place ${direction} LIMIT 1 OFFSET ?`,
      n - 1,
    )[0]?.place;
  }

  #number(query: string, ...bindings: number[]): number {
    return this.#sql.all<{ n: number }>(query, ...bindings)[0]?.n ?? 0;
  }

  #loadHeads(): Map<string, Head> {
    this.#heads ??= new Map(
      this.#sql
        .all<{ origin: string; trimmed: number; seq: number }>(
          `SELECT origin, trimmed, MAX(trimmed,
             IFNULL((SELECT MAX(seq) FROM entries WHERE entries.origin = origins.origin), 0),
             IFNULL((SELECT MAX(seq) FROM deletions WHERE deletions.origin = origins.origin), 0)) AS seq
           FROM origins`,
        )
        .map(({ origin, trimmed, seq }) => [origin, { seq, trimmed }]),
    );
    return this.#heads;
  }

  #see(origin: string, seq: number): void {
    const head = this.#loadHeads().get(origin);
    if (head !== undefined) {
      head.seq = Math.max(head.seq, seq);
      return;
    }
    this.#sql.all("INSERT INTO origins (origin) VALUES (?)", origin);
    this.#loadHeads().set(origin, { seq, trimmed: 0 });
  }
}
