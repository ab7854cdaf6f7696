import type { Item } from "./conversation.ts";
import { createRow, type Row, type RowActions, type RowContext } from "./message-row.ts";

/** Keeps one row per item and touches only what differs, so that reading, selecting and focus are not disturbed. */
export class MessageList {
  readonly #container: HTMLElement;
  readonly #actions: RowActions;
  #rows = new Map<string, Row>();

  constructor(container: HTMLElement, actions: RowActions) {
    this.#container = container;
    this.#actions = actions;
  }

  show(items: readonly Item[], context: RowContext): void {
    const rows = new Map<string, Row>();
    for (const item of items) rows.set(item.key, this.#rows.get(item.key) ?? createRow(item, this.#actions));
    for (const [key, row] of this.#rows) if (!rows.has(key)) row.node.remove();
    this.#rows = rows;
    let next = this.#container.firstElementChild;
    for (const item of items) {
      const row = rows.get(item.key);
      if (row === undefined) continue;
      row.update(item, context);
      if (row.node === next) next = next.nextElementSibling;
      else this.#container.insertBefore(row.node, next);
    }
  }
}
