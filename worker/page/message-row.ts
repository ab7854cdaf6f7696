import { avatar } from "./avatar.ts";
import type { DayItem, Item, MessageItem } from "./conversation.ts";
import { element, setText } from "./element.ts";
import { dayName, exactly, seconds, timeOf } from "./moments.ts";
import { regionName, regionOfOrigin } from "./regions.ts";
import { hueOf } from "./user-mark.ts";

export interface RowActions {
  /** Sends a pending message again, as a new one. */
  readonly resend: (key: string) => void;
  /** Takes the text back into the composer. */
  readonly edit: (key: string) => void;
  readonly discard: (key: string) => void;
}

export interface Row {
  readonly node: HTMLElement;
  /** `serverNow`: for the countdown of a message that waits for the rate limit, ms. */
  update(item: Item, context: RowContext): void;
}

export interface RowContext {
  readonly now: number;
  /** The region that serves this page; others are named beside the time. */
  readonly region: string;
  readonly online: boolean;
}

export const createRow = (item: Item, actions: RowActions): Row =>
  item.kind === "day" ? new DayRow() : new MessageRow(item, actions);

class DayRow implements Row {
  readonly node = element("div", { className: "day" });

  update(item: DayItem, { now }: RowContext): void {
    setText(this.node, dayName(item.timestamp, now));
  }
}

class MessageRow implements Row {
  readonly node = element("article", { className: "message" });
  readonly #name = element("span", { className: "name", dir: "auto" });
  readonly #you = element("span", { className: "you" });
  readonly #time = element("time");
  readonly #region = element("span", { className: "region" });
  readonly #text = element("p", { className: "text", dir: "auto" });
  readonly #status = element("p", { className: "status" });
  readonly #actions: RowActions;
  #item: MessageItem | undefined;
  #context: Omit<RowContext, "now"> | undefined;
  #shownStatus = "";

  constructor({ userId, username }: MessageItem, actions: RowActions) {
    this.#actions = actions;
    this.#name.style.setProperty("--hue", String(hueOf(userId)));
    const head = element("p", { className: "head" }, this.#name, this.#you, this.#time, this.#region);
    this.node.append(avatar(userId, username), head, this.#text, this.#status);
  }

  update(item: MessageItem, context: RowContext): void {
    if (this.#isShown(item, context)) return;
    const { message, pending } = item;
    const { classList, dataset } = this.node;
    dataset.state = pending?.state ?? "shown";
    classList.toggle("continues", item.continues);
    classList.toggle("mine", item.mine);
    classList.toggle("under-way", message === undefined && pending?.state !== "acknowledged");
    setText(this.#name, item.username);
    setText(this.#you, item.mine ? "you" : "");
    setText(this.#text, item.text);
    const timestamp = message?.timestamp ?? context.now;
    setText(this.#time, message === undefined ? "" : timeOf(timestamp));
    this.#time.dateTime = new Date(timestamp).toISOString();
    const region = message === undefined ? context.region : regionOfOrigin(message.origin);
    setText(this.#region, region === context.region ? "" : region);
    this.#region.title = regionName(region);
    this.#time.title = `${exactly(timestamp)} · ${regionName(region)}`;
    this.#showStatus(item, context);
  }

  /** Most rows are as they were: all rows are asked, once a second and with every message. */
  #isShown(item: MessageItem, { region, online }: RowContext): boolean {
    const { message, pending, continues, mine } = item;
    const [was, there] = [this.#item, this.#context];
    this.#item = item;
    this.#context = { region, online };
    const same =
      was?.message === message &&
      was?.pending === pending &&
      was?.continues === continues &&
      was?.mine === mine;
    return same && there?.region === region && there.online === online && pending?.state !== "limited";
  }

  #showStatus({ key, mine, pending }: MessageItem, { now, online }: RowContext): void {
    const actions: [string, (key: string) => void][] = [];
    let text = "";
    if (pending === undefined || pending.state === "acknowledged") text = mine ? "Delivered" : "";
    else if (pending.state === "limited")
      text = `Too many messages in a minute. Goes out in ${seconds((pending.retryAt ?? now) - now)}.`;
    else if (pending.state === "failed") {
      text = `Not sent: ${pending.problem?.message ?? "the room refused it"}.`.replace("..", ".");
      actions.push(["Edit", this.#actions.edit], ["Discard", this.#actions.discard]);
    } else if (pending.state === "unconfirmed") {
      text = "May not have arrived.";
      actions.push(["Send again", this.#actions.resend], ["Discard", this.#actions.discard]);
    } else text = online ? "Sending" : "Waiting for the connection";
    // Words for what needs them; the usual states are a mark, whose words are for screen readers.
    this.node.classList.toggle("told", actions.length > 0 || pending?.state === "limited");
    const shown = text + actions.map(([label]) => label).join();
    if (shown === this.#shownStatus) return;
    this.#shownStatus = shown;
    // The log reads out what is new in it: here only what asks for a decision.
    this.#status.ariaLive = actions.length > 0 ? "polite" : "off";
    const buttons = actions.map(([label, act]) =>
      element("button", { type: "button", onclick: () => act(key) }, label),
    );
    this.#status.replaceChildren(element("span", {}, text), ...buttons);
  }
}
