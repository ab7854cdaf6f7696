/** Several objects as one frame, and the same with a few objects exchanged, without joining all of them again. */
export class SharedFrame {
  readonly text: string;
  readonly #objects: readonly string[];
  readonly #body: string;
  readonly #starts: number[] = [];

  /** At least one object. */
  constructor(objects: readonly string[]) {
    this.#objects = objects;
    this.#body = objects.join(",");
    let start = 0;
    for (const { length } of objects) {
      this.#starts.push(start);
      start += length + 1;
    }
    this.text = objects.length === 1 ? this.#body : `[${this.#body}]`;
  }

  /**
   * With `first` before everything and some objects replaced, by rising index. Slices of one text cost a third of a
   * join, and in a busy tick nearly everybody is a sender.
   */
  with(first: readonly string[], replaced: ReadonlyMap<number, string>): string {
    let text = "";
    for (const object of first) text += `${object},`;
    let from = 0;
    for (const [index, object] of replaced) {
      const start = this.#starts[index] ?? this.#body.length;
      text += this.#body.slice(from, start) + object;
      from = start + (this.#objects[index]?.length ?? 0);
    }
    text += this.#body.slice(from);
    return this.#objects.length === 1 && first.length === 0 ? text : `[${text}]`;
  }
}
