/** Former names of Durable Object classes that were renamed or transferred: bindings that use one lead to where it is now. */
import type { DatabaseSync } from "node:sqlite";
import type { Binding } from "./binding.ts";
import type { ObjectNamespace, OwnedNamespace } from "./object-namespaces.ts";
import { text } from "./row.ts";

/** What `script` and `className` named before. */
export interface ObjectMove {
  readonly script: string;
  readonly className: string;
  readonly namespaceId: string;
}

export const listMoves = (db: DatabaseSync): ObjectMove[] =>
  db
    .prepare("SELECT * FROM object_moves")
    .all()
    .map((row) => ({
      script: text(row, "script"),
      className: text(row, "class_name"),
      namespaceId: text(row, "namespace_id"),
    }));

export function addMoves(db: DatabaseSync, moves: readonly ObjectMove[]): void {
  const insert = db.prepare("INSERT OR REPLACE INTO object_moves VALUES (?, ?, ?)");
  for (const { script, className, namespaceId } of moves) insert.run(script, className, namespaceId);
}

/** Names that a migration of `script` leaves behind. */
export function movesOf(
  script: string,
  before: readonly OwnedNamespace[],
  after: readonly ObjectNamespace[],
): ObjectMove[] {
  return before
    .filter(({ id, className, script: owner }) =>
      after.some((now) => now.id === id && (now.className !== className || owner !== script)),
    )
    .map(({ id, className, script: owner }) => ({ script: owner, className, namespaceId: id }));
}

/** The bindings of a Worker, each to where its class is now. A class that is there again under that name comes first. */
export function forwarded(
  bindings: readonly Binding[],
  ownScript: string,
  namespaces: readonly OwnedNamespace[],
  moves: readonly ObjectMove[],
): readonly Binding[] {
  if (moves.length === 0) return bindings;
  return bindings.map((binding) => {
    if (binding.type !== "durable_object_namespace") return binding;
    const named = ({ script, className }: { script: string; className: string }) =>
      script === (binding.script_name ?? ownScript) && className === binding.class_name;
    if (namespaces.some(named)) return binding;
    const move = moves.find(named);
    const now = namespaces.find(({ id }) => id === move?.namespaceId);
    return now === undefined ? binding : { ...binding, script_name: now.script, class_name: now.className };
  });
}
