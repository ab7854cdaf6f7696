/** The room's log in SQLite. What every join reads is also held in memory; `reload` after a transaction was undone. */
import type { Vector } from "../room/cursor.ts";
import { orderAt } from "../room/order.ts";
import type { Deletion } from "../room/protocol.ts";
import type { OriginHead } from "../room/resume.ts";
import type { Entry, EntryLog, Taken } from "../room/store.ts";
import { GatheringSql, INSERT } from "./rows.ts";
import type { Row, Sql } from "./sql.ts";

export interface EntryRow extends Row {
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

export const ENTRY_COLUMNS = "place, id, origin, seq, user_id, username, message, timestamp";

/** Of a deletion: its place is trimmed. Goes by the index of ids. */
const LOOSE = "NOT EXISTS (SELECT 1 FROM entries WHERE entries.id = deletions.id AND entries.state <> 2)";
const COLUMNS = ENTRY_COLUMNS;

export const entryOf = (row: EntryRow): Entry => ({
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
  readonly #sql: GatheringSql;
  #heads: Map<string, Head> | undefined;
  /** Null: none is held. */
  #highest: string | null | undefined;
  #newest: { readonly limit: number; readonly entries: readonly Entry[] } | undefined;
  /** The lowest held `seq` per origin. */
  #heldFrom: Map<string, number> | undefined;
  #hasDeletions: boolean | undefined;

  constructor(sql: Sql) {
    this.#sql = new GatheringSql(sql, `${INSERT} entries (${COLUMNS})`);
  }

  /** For whoever else reads or writes entries: sees what was appended. */
  get sql(): Sql {
    return this.#sql;
  }

  /** What `work` appends is written together, at its end or before anything is read. */
  gathering<T>(work: () => T): T {
    return this.#sql.gathering(work);
  }

  reload(): void {
    this.#heads = undefined;
    this.#highest = undefined;
    this.#newest = undefined;
    this.#heldFrom = undefined;
    this.#hasDeletions = undefined;
  }

  /** Places changed other than by `append`. */
  changed(): void {
    this.#highest = undefined;
    this.#newest = undefined;
    this.#heldFrom = undefined;
    this.#hasDeletions = undefined;
  }

  know(origin: string): void {
    this.see(origin, 0);
  }

  append(entry: Entry): void {
    this.see(entry.origin, entry.seq);
    const highest = this.highest();
    if (highest === undefined || highest < entry.order) this.#highest = entry.order;
    this.#sql.add([
      entry.order,
      entry.id,
      entry.origin,
      entry.seq,
      entry.userId,
      entry.username,
      entry.message,
      entry.timestamp,
    ]);
    this.#newest = undefined;
  }

  taken(ids: readonly string[]): ReadonlyMap<string, Taken> {
    if (ids.length === 0) return new Map();
    // One statement for a whole tick. Ids are ours, of characters that JSON leaves as they are.
    const asked = JSON.stringify(ids);
    const deleted = this.hasDeletions() ? this.#deletedUnseen(asked) : [];
    const known = this.#sql.all<{ id: string; order: string; timestamp: number }>(
      `SELECT id, place AS "order", timestamp FROM entries
       WHERE id IN (SELECT value FROM json_each(?)) AND state <> 2`,
      asked,
    );
    return new Map([...deleted, ...known].map(({ id, order, timestamp }) => [id, { order, timestamp }]));
  }

  heads(): readonly OriginHead[] {
    const heldFrom = this.#loadHeldFrom();
    return [...this.#loadHeads()].map(([origin, { seq, trimmed }]) => {
      const held = heldFrom.get(origin);
      return { origin, seq, trimmed, shown: held === undefined ? seq : held - 1 };
    });
  }

  highest(): string | undefined {
    this.#highest ??=
      this.#sql.all<{ place: string }>(
        "SELECT place FROM entries WHERE state <> 3 ORDER BY place DESC LIMIT 1",
      )[0]?.place ?? null;
    return this.#highest ?? undefined;
  }

  highestOf(origin: string): string | undefined {
    return this.#sql.all<{ place: string }>(
      "SELECT place FROM entries WHERE origin = ? ORDER BY seq DESC LIMIT 1",
      origin,
    )[0]?.place;
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
      `SELECT ${COLUMNS} FROM (SELECT * FROM entries WHERE state <> 3 ORDER BY place DESC LIMIT ?)
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
      "SELECT COUNT(*) AS n FROM (SELECT state FROM entries WHERE state <> 3 ORDER BY place DESC LIMIT ?) WHERE state = 0",
      visible,
    );
  }

  isEmpty(): boolean {
    return this.highest() === undefined && this.#loadHeldFrom().size === 0;
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
      "SELECT place FROM entries WHERE origin = ? AND seq <= ? AND state = 0 ORDER BY seq DESC LIMIT 1",
      origin,
      seq,
    )[0]?.place;
  }

  remove({ id, origin, seq }: Deletion, at: number, until: string): "done" | boolean {
    const state = this.#sql.all<{ state: number }>(
      "SELECT state FROM entries WHERE id = ? AND state <> 2",
      id,
    )[0]?.state;
    if (state === undefined) return false;
    if (state === 1) return "done";
    this.#sql.all(
      "UPDATE entries SET state = 1, message = '', username = '' WHERE id = ? AND state <> 2",
      id,
    );
    this.#sql.all(
      "INSERT OR IGNORE INTO deletions (id, origin, seq, deleted_at, until) VALUES (?, ?, ?, ?, ?)",
      id,
      origin,
      seq,
      at,
      until,
    );
    this.#heldFrom = undefined;
    this.#hasDeletions = undefined;
    this.see(origin, seq);
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
    const moved = this.#sql.all<{ origin: string; seq: number; n: number }>(
      "SELECT origin, MAX(seq) AS seq, COUNT(*) AS n FROM moves WHERE place <= ? GROUP BY origin",
      floor,
    );
    if (moved.length > 0) this.#sql.all("DELETE FROM moves WHERE place <= ?", floor);
    const loose = `CASE WHEN until = '' THEN deleted_at < ? ELSE until <= ? END AND ${LOOSE}`;
    const forgotten = this.#sql.all<{ origin: string; seq: number; n: number }>(
      `SELECT origin, MAX(seq) AS seq, COUNT(*) AS n FROM deletions WHERE ${loose} GROUP BY origin`,
      deletedBefore,
      floor,
    );
    if (forgotten.length > 0) this.#sql.all(`DELETE FROM deletions WHERE ${loose}`, deletedBefore, floor);
    for (const { origin, seq } of [...dropped, ...moved, ...forgotten])
      this.#sql.all("UPDATE origins SET trimmed = MAX(trimmed, ?) WHERE origin = ?", seq, origin);
    this.reload();
    return dropped.reduce((sum, { n }) => sum + n, 0);
  }

  hasMoreThan(visible: number): boolean {
    return this.#place("DESC", visible + 1) !== undefined;
  }

  hasLooseDeletions(): boolean {
    return this.#number(`SELECT COUNT(*) AS n FROM deletions WHERE until = '' AND ${LOOSE}`) > 0;
  }

  /** Whether replicas told each other of a deletion that is still remembered. Asked for every message. */
  hasDeletions(): boolean {
    this.#hasDeletions ??= this.#number("SELECT EXISTS (SELECT 1 FROM deletions WHERE until <> '') AS n") > 0;
    return this.#hasDeletions;
  }

  /** Deleted in another region, from where the message itself did not come yet. */
  #deletedUnseen(asked: string): (Taken & { id: string })[] {
    return this.#sql
      .all<{ id: string; at: number }>(
        `SELECT id, deleted_at AS at FROM deletions
         WHERE id IN (SELECT value FROM json_each(?)) AND until <> ''`,
        asked,
      )
      .map(({ id, at }) => ({ id, order: orderAt(at), timestamp: at }));
  }

  #place(direction: "ASC" | "DESC", n: number): string | undefined {
    return this.#sql.all<{ place: string }>(
      `SELECT place FROM entries WHERE state <> 3 ORDER BY place ${direction} LIMIT 1 OFFSET ?`,
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
             IFNULL((SELECT MAX(seq) FROM deletions WHERE deletions.origin = origins.origin), 0),
             IFNULL((SELECT MAX(seq) FROM moves WHERE moves.origin = origins.origin), 0), seen) AS seq
           FROM origins`,
        )
        .map(({ origin, trimmed, seq }) => [origin, { seq, trimmed }]),
    );
    return this.#heads;
  }

  #loadHeldFrom(): Map<string, number> {
    this.#heldFrom ??= new Map(
      this.#sql
        .all<{ origin: string; seq: number }>(
          // Else the planner goes through the whole log for its order of origins, on every arrival.
          "SELECT origin, MIN(seq) AS seq FROM entries INDEXED BY entries_held WHERE state = 3 GROUP BY origin",
        )
        .map(({ origin, seq }) => [origin, seq]),
    );
    return this.#heldFrom;
  }

  /** The origin has something at `seq`, everything to `trimmed` of it is gone. */
  see(origin: string, seq: number, trimmed = 0): void {
    const head = this.#loadHeads().get(origin);
    if (head !== undefined) {
      head.seq = Math.max(head.seq, seq);
      head.trimmed = Math.max(head.trimmed, trimmed);
      return;
    }
    this.#sql.all("INSERT INTO origins (origin) VALUES (?)", origin);
    this.#loadHeads().set(origin, { seq, trimmed });
  }
}
