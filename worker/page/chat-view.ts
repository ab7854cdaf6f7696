import { ChatClient } from "../../client/chat-client.ts";
import type { ReceivedMessage } from "../../client/chat-events.ts";
import { keyValueStorage } from "../../client/storage.ts";
import { Composer } from "./composer.ts";
import { ConnectionStatus } from "./connection-status.ts";
import { itemsOf, KeyMemory } from "./conversation.ts";
import { byId, setText } from "./element.ts";
import { HistoryLoader } from "./history-loader.ts";
import { browserStorage, type Invitation } from "./invitation.ts";
import { MessageList } from "./message-list.ts";
import { regionName } from "./regions.ts";
import { RosterPanel } from "./roster-panel.ts";
import { ScrollKeeper } from "./scroll-keeper.ts";
import { SyncNotice } from "./sync-notice.ts";
import { showTyping } from "./typing-line.ts";

/** Who came and went is asked for so long after the last change, ms: joins come in bursts. */
const ROSTER_AFTER_MS = 400;
/** Countdowns move, and "today" ends, ms. */
const TICK_MS = 1_000;
/** A page nobody looks at is brought up to date this much later, ms. */
const HIDDEN_RENDER_MS = 500;
const VERSION_SHOWN = 7;
/** Rows kept for a reader at the end: some screens to scroll back. Trimmed in one go, not with each message. */
const KEPT_ROWS = 300;
const MAX_ROWS = 600;

export interface ChatExit {
  readonly left: () => void;
  /** The room refused name or room. */
  readonly refused: (problem: string) => void;
  readonly again: () => void;
}

/** The second view: one user in one room, until they leave. */
export class ChatView {
  readonly #invitation: Invitation;
  readonly #client: ChatClient;
  readonly #over = new AbortController();
  readonly #list: MessageList;
  readonly #keys = new KeyMemory();
  readonly #scroll: ScrollKeeper;
  readonly #composer: Composer;
  readonly #status: ConnectionStatus;
  readonly #sync = new SyncNotice();
  readonly #roster: RosterPanel;
  readonly #history: HistoryLoader;
  readonly #scroller = byId("scroller", HTMLElement);
  readonly #pill = byId("new-pill", HTMLButtonElement);
  #unread = 0;
  #renderPlanned = false;
  #rosterTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(invitation: Invitation, exit: ChatExit) {
    const { room, name, ticket } = invitation;
    const { signal } = this.#over;
    this.#invitation = invitation;
    byId("messages", HTMLElement).replaceChildren();
    byId("chat", HTMLElement).hidden = false;
    setText(byId("room-name", HTMLElement), room);
    const storage = browserStorage("sessionStorage");
    this.#client = new ChatClient({
      url: location.origin,
      room,
      username: name,
      ...(ticket !== undefined && { ticket }),
      // By name as well: who comes back under another name is another user.
      ...(storage && { storage: keyValueStorage(storage, `edge-chat/${room}/${name}`) }),
    });
    const client = this.#client;
    this.#list = new MessageList(byId("messages", HTMLElement), {
      resend: (key) => client.resend(key),
      discard: (key) => client.discard(key),
      edit: (key) => {
        this.#composer.text = client.discard(key)?.message ?? "";
        this.#composer.focus();
      },
    });
    this.#scroll = new ScrollKeeper(this.#scroller, () => this.#moved());
    this.#history = new HistoryLoader(client, () => this.#plan());
    this.#roster = new RosterPanel(() => this.#askRoster(0), signal);
    this.#status = new ConnectionStatus(
      { retryNow: () => client.nudge(), rejoin: () => this.#leave(exit.again) },
      signal,
    );
    this.#composer = new Composer(
      {
        send: (text) => this.#send(text),
        typing: (isTyping) => client.typing(isTyping),
        announce: (text) => setText(byId("announcer", HTMLElement), text),
      },
      signal,
    );
    this.#listen(exit);
    this.#composer.enabled = true;
    this.#composer.focus();
    this.#render();
  }

  #listen(exit: ChatExit): void {
    const client = this.#client;
    const { signal } = this.#over;
    client.on("change", () => this.#plan());
    client.on("message", (received) => this.#received(received));
    client.on("welcome", ({ region, version, limits, recovered }) => {
      if (!recovered) this.#history.reset();
      this.#sync.forget();
      this.#composer.limit = limits.messageLength;
      const served = byId("served-from", HTMLElement);
      setText(served, `${regionName(region)} · ${version.slice(0, VERSION_SHOWN)}`);
      served.title = `Version ${version}`;
      this.#askRoster();
    });
    client.on("presence", () => this.#askRoster());
    client.on("notice", (notice) => {
      this.#sync.take(notice, Date.now());
      this.#plan();
    });
    client.on("state", (state) => {
      this.#plan();
      if (state.status !== "offline") return;
      this.#composer.enabled = false;
      if (state.reason === "bad_room" || state.reason === "bad_username")
        this.#leave(() => exit.refused(state.message));
    });
    byId("leave", HTMLElement).addEventListener("click", () => this.#leave(exit.left), { signal });
    this.#pill.addEventListener("click", () => this.#toEnd(), { signal });
    addEventListener("online", () => client.nudge(), { signal });
    addEventListener("pageshow", ({ persisted }) => persisted && client.nudge(), { signal });
    document.addEventListener(
      "visibilitychange",
      () => {
        if (document.hidden) return;
        client.nudge();
        this.#plan();
      },
      { signal },
    );
    const ticker = setInterval(() => this.#plan(), TICK_MS);
    signal.addEventListener("abort", () => clearInterval(ticker));
  }

  #leave(then: () => void): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#client.close();
    byId("chat", HTMLElement).hidden = true;
    then();
  }

  #send(text: string): void {
    this.#client.send(text);
    this.#toEnd();
  }

  #received({ mine, via }: ReceivedMessage): void {
    if (mine || via === "recent") return;
    if (document.hidden || !this.#scroll.atEnd) this.#unread++;
  }

  #askRoster(after = ROSTER_AFTER_MS): void {
    clearTimeout(this.#rosterTimer);
    if (!this.#roster.open) return;
    this.#rosterTimer = setTimeout(() => {
      this.#client.who().then(
        (roster) => this.#roster.show(roster, this.#client.userId),
        // The client left the room first.
        () => {},
      );
    }, after);
  }

  #toEnd(): void {
    this.#scroll.toEnd();
    this.#moved();
    this.#composer.focus();
  }

  #moved(): void {
    if (this.#scroll.atEnd && this.#unread > 0) {
      this.#unread = 0;
      this.#plan();
    }
    this.#loadIfNeeded();
  }

  #loadIfNeeded(): void {
    if (this.#client.state.status === "online" && this.#scroll.nearTop) void this.#history.load();
  }

  /** Many frames, one rendering. */
  #plan(): void {
    if (this.#renderPlanned || this.#over.signal.aborted) return;
    this.#renderPlanned = true;
    // A hidden page gets no animation frames, and its title must tell of new messages.
    if (document.hidden) setTimeout(() => this.#render(), HIDDEN_RENDER_MS);
    else requestAnimationFrame(() => this.#render());
  }

  #render(): void {
    this.#renderPlanned = false;
    if (this.#over.signal.aborted) return;
    const client = this.#client;
    const now = client.serverNow;
    const { status } = client.state;
    const region = client.room?.region ?? "";
    if (this.#scroll.atEnd && client.messages.length > MAX_ROWS) client.trim(KEPT_ROWS);
    const items = itemsOf(
      {
        messages: client.messages,
        pending: client.pending,
        userId: client.userId,
        username: this.#invitation.name,
      },
      this.#keys,
    );
    // Old messages that are put above are not news to be read out.
    this.#scroller.ariaBusy = String(this.#history.loading);
    this.#scroll.around(() => {
      this.#list.show(items, { now, region, online: status === "online" });
      this.#history.show();
    });
    this.#status.show(client.state, Date.now(), this.#sync.text(Date.now()));
    setText(byId("user-count", HTMLElement), String(client.userCount));
    showTyping(client.typingUsers);
    if (this.#scroll.atEnd && !document.hidden) this.#unread = 0;
    this.#pill.hidden = this.#scroll.atEnd;
    setText(this.#pill, this.#unread > 0 ? `${this.#unread} new` : "Newest");
    document.title = `${this.#unread > 0 ? `(${this.#unread}) ` : ""}${this.#invitation.room} · Edge Chat`;
    this.#loadIfNeeded();
  }
}
