import type { Roster } from "../room/protocol.ts";
import { avatar } from "./avatar.ts";
import { byId, element, setText } from "./element.ts";
import { regionName } from "./regions.ts";

/** Beside the messages when there is room for both, over them otherwise. */
const BESIDE = "(min-width: 56rem)";

/** Who is here: a column on a wide window, a modal dialog on a narrow one. */
export class RosterPanel {
  readonly #dialog = byId("roster", HTMLDialogElement);
  readonly #toggle = byId("roster-toggle", HTMLButtonElement);
  readonly #list = byId("roster-list", HTMLElement);
  readonly #more = byId("roster-more", HTMLElement);
  readonly #opened: () => void;

  /** `opened` is told when somebody opens the panel, whose list may be old by then. */
  constructor(opened: () => void, signal: AbortSignal) {
    this.#opened = opened;
    const beside = matchMedia(BESIDE);
    this.#toggle.addEventListener("click", () => (this.open ? this.#dialog.close() : this.#showFresh()), {
      signal,
    });
    byId("roster-close", HTMLButtonElement).addEventListener("click", () => this.#dialog.close(), { signal });
    this.#dialog.addEventListener("close", () => this.#tell(), { signal });
    // A click beside the panel hits the dialog itself, its backdrop.
    this.#dialog.addEventListener(
      "click",
      ({ target }) => {
        if (target === this.#dialog && !beside.matches) this.#dialog.close();
      },
      { signal },
    );
    const place = () => {
      this.#dialog.close();
      if (beside.matches) this.#showFresh();
    };
    beside.addEventListener("change", place, { signal });
    signal.addEventListener("abort", () => this.#dialog.close());
    if (beside.matches) this.#show();
  }

  get open(): boolean {
    return this.#dialog.open;
  }

  show({ users, userCount }: Roster, ownId: string | undefined): void {
    const sorted = [...users].sort(
      (a, b) =>
        Number(b.userId === ownId) - Number(a.userId === ownId) || a.username.localeCompare(b.username),
    );
    this.#list.replaceChildren(
      ...sorted.map(({ userId, username, region }) =>
        element(
          "li",
          { title: regionName(region) },
          avatar(userId, username),
          element("span", { className: "name", dir: "auto" }, username),
          element("span", { className: "you" }, userId === ownId ? "you" : ""),
          element("span", { className: "region" }, region),
        ),
      ),
    );
    const hidden = userCount - users.length;
    setText(this.#more, hidden > 0 ? `and ${hidden} more` : "");
  }

  #show(): void {
    if (matchMedia(BESIDE).matches) this.#dialog.show();
    else this.#dialog.showModal();
    this.#tell();
  }

  #showFresh(): void {
    this.#show();
    this.#opened();
  }

  #tell(): void {
    this.#toggle.ariaExpanded = String(this.open);
  }
}
