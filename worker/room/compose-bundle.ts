/** What a replica has to hand on to another: of each origin what lies above a vector, as much as fits. */
import type { Bundle, Part } from "./bundle.ts";
import { BUNDLE_CHARACTERS, BUNDLE_EVENTS } from "./limits.ts";
import type { OriginHead } from "./resume.ts";
import type { LogEvent, RoomStore } from "./store.ts";
import type { Vector } from "./vector.ts";

export type Cargo = Pick<Bundle, "parts" | "entries" | "deletions" | "moves">;

const charactersOf = ({ kind, event }: LogEvent): number =>
  kind === "entry" ? event.message.length + event.username.length : 0;

/**
 * @param after what the receiver holds
 * @param wanted which origins it gets
 */
export function cargoAfter(store: RoomStore, after: Vector, wanted: (head: OriginHead) => boolean): Cargo {
  const parts: Part[] = [];
  const cargo: Cargo = { parts, entries: [], deletions: [], moves: [] };
  let events = 0;
  let characters = 0;
  for (const head of store.log.heads()) {
    const { origin, seq, trimmed } = head;
    const from = after.get(origin) ?? 0;
    if (seq <= from || !wanted(head)) continue;
    if (events >= BUNDLE_EVENTS || characters >= BUNDLE_CHARACTERS) break;
    const found = store.replica.eventsAfter(origin, from, BUNDLE_EVENTS - events + 1);
    let upTo = seq;
    for (const [index, event] of found.entries()) {
      if (events >= BUNDLE_EVENTS || characters >= BUNDLE_CHARACTERS) {
        upTo = found[index - 1]?.event.seq ?? from;
        break;
      }
      put(cargo, event);
      events++;
      characters += charactersOf(event);
    }
    parts.push({ origin, after: from, upTo, trimmed: Math.min(trimmed, upTo) });
  }
  return cargo;
}

function put(cargo: Cargo, { kind, event }: LogEvent): void {
  switch (kind) {
    case "entry":
      cargo.entries.push(event);
      return;
    case "deletion":
      cargo.deletions.push(event);
      return;
    case "move":
      cargo.moves.push(event);
      return;
    default:
      kind satisfies never;
  }
}
