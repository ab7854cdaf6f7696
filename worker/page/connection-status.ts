import type { ConnectionState } from "../../client/chat-events.ts";
import { byId, setText } from "./element.ts";
import { seconds } from "./moments.ts";

/** A lost connection that is back at once is not worth a banner, ms. */
const QUIET_MS = 1_500;

export interface ConnectionActions {
  readonly retryNow: () => void;
  readonly rejoin: () => void;
}

/** The word in the header, and the banner when something is wrong. Says each thing once: a countdown is not read out. */
export class ConnectionStatus {
  readonly #word = byId("connection", HTMLElement);
  readonly #banner = byId("banner", HTMLElement);
  readonly #text = byId("banner-text", HTMLElement);
  readonly #countdown = byId("banner-countdown", HTMLElement);
  readonly #action = byId("banner-action", HTMLButtonElement);
  #lostAt: number | undefined;

  constructor(actions: ConnectionActions, signal: AbortSignal) {
    this.#action.addEventListener(
      "click",
      () => (this.#action.dataset.final === "" ? actions.rejoin() : actions.retryNow()),
      { signal },
    );
  }

  /** `notice`: what the room has to say although all is well with the connection. */
  show(state: ConnectionState, now: number, notice: string): void {
    this.#word.dataset.state = state.status;
    this.#banner.classList.toggle("calm", state.status === "online");
    if (state.status !== "reconnecting") this.#lostAt = undefined;
    switch (state.status) {
      case "connecting":
        setText(this.#word, "Connecting…");
        this.#say("");
        break;
      case "online":
        setText(this.#word, "Connected");
        this.#say(notice);
        break;
      case "reconnecting": {
        this.#lostAt ??= now;
        const wait = state.retryAt - now;
        setText(this.#word, "Reconnecting…");
        const quiet = now - this.#lostAt < QUIET_MS && state.attempt === 1;
        const why = state.message ?? "Connection lost. What you write is sent when it is back.";
        this.#say(quiet ? "" : why, "Try now");
        setText(this.#countdown, wait > 0 ? `Next try in ${seconds(wait)}.` : "Trying…");
        break;
      }
      case "offline":
        setText(this.#word, "Offline");
        this.#say(state.message, "Join again", true);
        break;
    }
  }

  #say(text: string, action = "", final = false): void {
    this.#banner.hidden = text === "";
    setText(this.#text, text);
    setText(this.#countdown, "");
    setText(this.#action, action);
    this.#action.hidden = action === "";
    if (final) this.#action.dataset.final = "";
    else delete this.#action.dataset.final;
  }
}
