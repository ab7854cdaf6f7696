/** So close to the end, px, a reader counts as being there: a line of text and the rounding of zoomed pages. */
const AT_END_PX = 60;
/** Older messages are asked for when so little is left above, px. */
const NEAR_TOP_PX = 300;

/** Stays at the newest message while the reader is there, and where the reader is otherwise. */
export class ScrollKeeper {
  readonly #scroller: HTMLElement;
  #atEnd = true;

  constructor(scroller: HTMLElement, moved: () => void) {
    this.#scroller = scroller;
    scroller.addEventListener(
      "scroll",
      () => {
        this.#atEnd = this.#distanceToEnd() <= AT_END_PX;
        moved();
      },
      { passive: true },
    );
    // A keyboard on the screen, a growing composer or a turned phone: the end stays in view.
    new ResizeObserver(() => {
      if (this.#atEnd) this.toEnd();
    }).observe(scroller);
  }

  get atEnd(): boolean {
    return this.#atEnd;
  }

  get nearTop(): boolean {
    return this.#scroller.scrollTop < NEAR_TOP_PX;
  }

  toEnd(): void {
    this.#atEnd = true;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  /** Runs a change of the content and keeps what the reader looks at where it is. */
  around(change: () => void): void {
    const anchor = this.#atEnd ? undefined : this.#firstInView();
    const before = anchor?.getBoundingClientRect().top ?? 0;
    change();
    if (this.#atEnd) this.toEnd();
    else if (anchor?.isConnected) this.#scroller.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  /** Its text, not its row: a row loses its name above the text when older messages of the same writer come before it. */
  #firstInView(): Element | undefined {
    const { top } = this.#scroller.getBoundingClientRect();
    return [...this.#scroller.querySelectorAll("article .text")].find(
      (text) => text.getBoundingClientRect().bottom > top,
    );
  }

  #distanceToEnd(): number {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight;
  }
}
