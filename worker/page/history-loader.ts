import type { ChatClient } from "../../client/chat-client.ts";
import { byId, element } from "./element.ts";

const PAGE_SIZE = 50;

/** Loads older messages page by page, one request at a time. */
export class HistoryLoader {
  readonly #client: ChatClient;
  readonly #state = byId("history-state", HTMLElement);
  readonly #loaded: () => void;
  #loading = false;
  #more = true;
  #failed = false;

  /** `loaded` is told after each page, so that a page that does not fill the window is followed by another. */
  constructor(client: ChatClient, loaded: () => void) {
    this.#client = client;
    this.#loaded = loaded;
    this.#state.replaceChildren();
  }

  get loading(): boolean {
    return this.#loading;
  }

  /** The view starts afresh: what was the beginning need not be it any more. */
  reset(): void {
    this.#more = true;
    this.#failed = false;
  }

  async load(again = false): Promise<void> {
    if (this.#loading || !this.#more || (this.#failed && !again)) return;
    this.#loading = true;
    this.#state.replaceChildren(element("span", {}, "Loading older messages…"));
    try {
      const { more } = await this.#client.history(this.#client.messages[0]?.order, PAGE_SIZE);
      this.#more = more;
      this.#failed = false;
      const empty = this.#client.messages.length === 0;
      this.#state.replaceChildren(
        element(
          "span",
          {},
          more ? "" : empty ? "No messages yet. Say hello." : "Earlier messages are not kept.",
        ),
      );
    } catch {
      this.#failed = true;
      const retry = element("button", { type: "button", onclick: () => void this.load(true) }, "Try again");
      this.#state.replaceChildren(element("span", {}, "Older messages could not be loaded."), retry);
    } finally {
      this.#loading = false;
    }
    this.#loaded();
  }
}
