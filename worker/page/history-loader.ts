import type { ChatClient } from "../../client/chat-client.ts";
import { byId, element } from "./element.ts";

const PAGE_SIZE = 50;

/** Loads older messages page by page, one request at a time, and says above them how it stands. */
export class HistoryLoader {
  readonly #client: ChatClient;
  readonly #line = byId("history-state", HTMLElement);
  readonly #loaded: () => void;
  #loading = false;
  #more = true;
  #failed = false;
  #shown = "";

  /** `loaded` is told after each page, so that a page that does not fill the window is followed by another. */
  constructor(client: ChatClient, loaded: () => void) {
    this.#client = client;
    this.#loaded = loaded;
    this.#line.replaceChildren();
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
    try {
      const { more } = await this.#client.history(this.#client.messages[0]?.order, PAGE_SIZE);
      this.#more = more;
      this.#failed = false;
    } catch {
      this.#failed = true;
    }
    this.#loading = false;
    this.#loaded();
  }

  show(): void {
    const text = this.#text();
    if (text === this.#shown) return;
    this.#shown = text;
    this.#line.replaceChildren(text);
    if (!this.#failed) return;
    const retry = () => void this.load(true);
    this.#line.append(element("button", { type: "button", onclick: retry }, "Try again"));
  }

  #text(): string {
    const { messages, pending, room } = this.#client;
    if (this.#loading) return "Loading older messages…";
    if (this.#failed) return "Older messages could not be loaded.";
    if (this.#more || room === undefined) return "";
    if (messages.length + pending.length === 0) return "Nobody has written here yet. Say hello.";
    return messages.length < room.limits.visibleMessages ? "" : "Older messages are not kept.";
  }
}
