/** What only a room of several replicas does to its log in SQLite: hand on, merge, hold, and move. */
import type { BundleDeletion, BundleMove } from "../room/bundle.ts";
import type { Deletion } from "../room/protocol.ts";
import type { Copy, Entry, LogEvent, PlaceState, ReplicaLog } from "../room/store.ts";
import { ENTRY_COLUMNS, type EntryRow, entryOf, type SqlEntryLog } from "./entry-log.ts";
import type { Sql } from "./sql.ts";

/** What travels as held or not is the receiver's own affair. */
const travelling = (state: PlaceState): 0 | 1 | 2 => (state === 3 ? 0 : state);

export class SqlReplicaLog implements ReplicaLog {
  readonly #sql: Sql;
  readonly #log: SqlEntryLog;
  /** False: there is no move. True may be out of date, which only costs a look. */
  #mayHaveMoves: boolean | undefined;

  constructor(sql: Sql, log: SqlEntryLog) {
    this.#sql = sql;
    this.#log = log;
  }

  eventsAfter(origin: string, after: number, limit: number): readonly LogEvent[] {
    const range = "WHERE origin = ? AND seq > ? ORDER BY seq LIMIT ?";
    const entries = this.#sql
      .all<EntryRow & { state: PlaceState }>(
        `SELECT ${ENTRY_COLUMNS}, state FROM entries ${range}`,
        origin,
        after,
        limit,
      )
      .map((row): LogEvent => ({ kind: "entry", event: { ...entryOf(row), state: travelling(row.state) } }));
    const deletions = this.#sql
      .all<{ id: string; origin: string; seq: number; at: number; until: string }>(
        `SELECT id, origin, seq, deleted_at AS at, until FROM deletions ${range}`,
        origin,
        after,
        limit,
      )
      .map((event): LogEvent => ({ kind: "deletion", event }));
    const moves = this.#sql
      .all<{ place: string; winner: string; origin: string; seq: number }>(
        `SELECT place, winner, origin, seq FROM moves ${range}`,
        origin,
        after,
        limit,
      )
      .map((event): LogEvent => ({ kind: "move", event }));
    if (deletions.length + moves.length === 0) return entries;
    return [...entries, ...deletions, ...moves].sort((a, b) => a.event.seq - b.event.seq).slice(0, limit);
  }

  raise(origin: string, seq: number, trimmed: number): void {
    this.#log.see(origin, seq, trimmed);
    this.#sql.all(
      "UPDATE origins SET seen = MAX(seen, ?), trimmed = MAX(trimmed, ?) WHERE origin = ?",
      seq,
      trimmed,
      origin,
    );
  }

  put(entry: Entry, state: PlaceState): void {
    const empty = state === 1 || state === 2;
    this.#sql.all(
      `INSERT INTO entries (${ENTRY_COLUMNS}, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      entry.order,
      entry.id,
      entry.origin,
      entry.seq,
      entry.userId,
      empty ? "" : entry.username,
      empty ? "" : entry.message,
      entry.timestamp,
      state,
    );
    this.#log.changed();
  }

  copyOf(id: string): Copy | undefined {
    return this.#sql.all<{ order: string; origin: string; seq: number; state: PlaceState }>(
      `SELECT place AS "order", origin, seq, state FROM entries WHERE id = ? AND state <> 2`,
      id,
    )[0];
  }

  move(order: string): void {
    this.#sql.all("UPDATE entries SET state = 2, message = '', username = '' WHERE place = ?", order);
    this.#log.changed();
  }

  isDeleted(id: string): boolean {
    if (!this.#log.hasDeletions()) return false;
    return this.#sql.all("SELECT 1 AS one FROM deletions WHERE id = ?", id).length > 0;
  }

  isMarked(order: string): boolean {
    this.#mayHaveMoves ??= this.#sql.all("SELECT 1 AS one FROM moves LIMIT 1").length > 0;
    if (!this.#mayHaveMoves) return false;
    return this.#sql.all("SELECT 1 AS one FROM moves WHERE place = ?", order).length > 0;
  }

  delete({ id, origin, seq, at, until }: BundleDeletion): void {
    this.#sql.all(
      "INSERT OR IGNORE INTO deletions (id, origin, seq, deleted_at, until) VALUES (?, ?, ?, ?, ?)",
      id,
      origin,
      seq,
      at,
      until,
    );
    this.#sql.all(
      "UPDATE entries SET state = 1, message = '', username = '' WHERE id = ? AND state <> 2",
      id,
    );
    this.#log.changed();
  }

  mark({ place, winner, origin, seq }: BundleMove): void {
    this.#mayHaveMoves = true;
    this.#sql.all(
      "INSERT OR IGNORE INTO moves (place, winner, origin, seq) VALUES (?, ?, ?, ?)",
      place,
      winner,
      origin,
      seq,
    );
    this.#log.see(origin, seq);
  }

  settleMoves(floor: string): readonly Deletion[] {
    const settled = this.#sql.all<{
      place: string;
      state: PlaceState;
      id: string;
      origin: string;
      seq: number;
    }>(
      `SELECT moves.place, entries.state, entries.id, moves.origin, moves.seq
       FROM moves JOIN entries ON entries.place = moves.place
       WHERE moves.winner <= ? AND moves.place > ? AND entries.state <> 2`,
      floor,
      floor,
    );
    for (const { place } of settled) this.move(place);
    return settled.flatMap(({ state, id, origin, seq }) => (state === 0 ? [{ id, origin, seq }] : []));
  }

  earliestHeld(): string | undefined {
    return this.#sql.all<{ place: string }>(
      "SELECT place FROM entries WHERE state = 3 ORDER BY place LIMIT 1",
    )[0]?.place;
  }

  release(upTo: string): { entries: readonly Entry[]; deletions: readonly Deletion[] } {
    const entries = this.#sql
      .all<EntryRow>(
        `SELECT ${ENTRY_COLUMNS} FROM entries WHERE state = 3 AND place <= ? ORDER BY place`,
        upTo,
      )
      .map(entryOf);
    if (entries.length === 0) return { entries, deletions: [] };
    const before = new Map(this.#log.heads().map(({ origin, shown }) => [origin, shown]));
    this.#sql.all("UPDATE entries SET state = 0 WHERE state = 3 AND place <= ?", upTo);
    this.#log.changed();
    const after = new Map(this.#log.heads().map(({ origin, shown }) => [origin, shown]));
    const deletions = this.#log
      .deletionsAfter(before)
      .filter(({ origin, seq }) => seq <= (after.get(origin) ?? 0));
    return { entries, deletions };
  }

  forgetOrigins(count: number, keep: ReadonlySet<string>): void {
    const heads = this.#log.heads();
    // Behind the dot stands the time of founding.
    const idle = heads
      .filter(({ origin, seq, trimmed }) => !keep.has(origin) && seq <= trimmed)
      .map(({ origin }) => origin)
      .sort((a, b) => ((a.split(".")[1] ?? "") < (b.split(".")[1] ?? "") ? -1 : 1));
    for (const origin of idle.slice(0, Math.max(0, heads.length - count)))
      this.#sql.all("DELETE FROM origins WHERE origin = ?", origin);
    this.#log.reload();
  }
}
