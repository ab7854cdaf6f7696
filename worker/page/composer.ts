import { byId, setText } from "./element.ts";

/** The counter shows when so few code points are left. */
const COUNT_FROM = 100;
/** Nothing typed for so long: the others need not wait, ms. */
const IDLE_MS = 5_000;

export interface ComposerEvents {
  readonly send: (text: string) => void;
  readonly typing: (isTyping: boolean) => void;
  readonly announce: (text: string) => void;
}

/** The message box: Enter sends, Shift+Enter starts a new line, an input method's own Enter does neither. */
export class Composer {
  readonly #form = byId("composer", HTMLFormElement);
  readonly #text = byId("composer-text", HTMLTextAreaElement);
  readonly #count = byId("composer-count", HTMLElement);
  readonly #events: ComposerEvents;
  #limit = 500;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(events: ComposerEvents, signal: AbortSignal) {
    this.#events = events;
    this.#form.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.#text.addEventListener("input", () => this.#changed(), { signal });
    this.#text.addEventListener("blur", () => events.typing(false), { signal });
    this.#text.addEventListener(
      "keydown",
      (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
      },
      { signal },
    );
    this.text = "";
  }

  /** Code points that the room takes. */
  set limit(limit: number) {
    this.#limit = limit;
    this.#measure();
  }

  get text(): string {
    return this.#text.value;
  }

  set text(text: string) {
    this.#text.value = text;
    this.#measure();
  }

  focus(): void {
    this.#text.focus();
  }

  set enabled(enabled: boolean) {
    this.#form.inert = !enabled;
  }

  #changed(): void {
    this.#measure();
    clearTimeout(this.#idle);
    const writes = this.#text.value.trim() !== "";
    this.#events.typing(writes);
    if (writes) this.#idle = setTimeout(() => this.#events.typing(false), IDLE_MS);
  }

  /** Length in code points, as the room counts: an emoji of one code point is one. */
  #measure(): void {
    const left = this.#limit - [...this.#text.value.trim()].length;
    setText(this.#count, left > COUNT_FROM ? "" : String(left));
    this.#form.classList.toggle("over", left < 0);
    this.#text.ariaInvalid = String(left < 0);
    this.#form.classList.toggle("filled", left < this.#limit);
    // Grows with its text, up to the limit in the style; "auto" first, or it would never shrink.
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight}px`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    const text = this.#text.value.trim();
    const over = [...text].length - this.#limit;
    if (over > 0) this.#events.announce(`The message is ${over} character${over === 1 ? "" : "s"} too long.`);
    if (text !== "" && over <= 0) {
      clearTimeout(this.#idle);
      this.text = "";
      this.#events.send(text);
    }
    this.focus();
  }
}
