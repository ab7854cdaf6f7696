/** A binary heap of events by time; those of one time keep the order in which they came. */

export interface Event {
  readonly at: number;
  readonly number: number;
  run: (() => void) | undefined;
}

const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.number < b.number);

export class EventQueue {
  readonly #heap: Event[] = [];
  #number = 0;

  get size(): number {
    return this.#heap.length;
  }

  push(at: number, run: () => void): Event {
    const event: Event = { at, number: this.#number++, run };
    let index = this.#heap.length;
    this.#heap.push(event);
    while (index > 0) {
      const up = (index - 1) >> 1;
      const parent = this.#heap[up];
      if (parent === undefined || before(parent, event)) break;
      this.#heap[index] = parent;
      this.#heap[up] = event;
      index = up;
    }
    return event;
  }

  peek(): Event | undefined {
    return this.#heap[0];
  }

  pop(): Event | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || this.#heap.length === 0) return first;
    this.#heap[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      let child = this.#heap[left];
      if (child === undefined) break;
      let childIndex = left;
      const right = this.#heap[left + 1];
      if (right !== undefined && before(right, child)) {
        child = right;
        childIndex = left + 1;
      }
      if (before(last, child)) break;
      this.#heap[index] = child;
      this.#heap[childIndex] = last;
      index = childIndex;
    }
    return first;
  }
}
