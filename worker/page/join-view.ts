import { byId, setText } from "./element.ts";
import type { Invitation } from "./invitation.ts";
import { nameProblem, roomProblem } from "./join-rules.ts";

/** The first view: a name and a room. */
export class JoinView {
  readonly #view = byId("join", HTMLElement);
  readonly #name = byId("join-name", HTMLInputElement);
  readonly #room = byId("join-room", HTMLInputElement);
  readonly #join: (room: string, name: string) => void;

  constructor(join: (room: string, name: string) => void) {
    this.#join = join;
    byId("join-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  show({ room, name }: Pick<Invitation, "room" | "name">, problem = ""): void {
    this.#name.value = name;
    this.#room.value = room;
    this.#view.hidden = false;
    document.title = "Edge Chat";
    setText(byId("join-problem", HTMLElement), problem);
    (name === "" ? this.#name : this.#room).focus();
  }

  hide(): void {
    this.#view.hidden = true;
  }

  #submit(): void {
    const name = this.#name.value.trim();
    const room = this.#room.value.trim();
    const wrongRoom = this.#mark(this.#room, "room-problem", roomProblem(room));
    const wrongName = this.#mark(this.#name, "name-problem", nameProblem(name));
    const first = wrongName ?? wrongRoom;
    if (first === undefined) this.#join(room, name);
    else first.focus();
  }

  #mark(field: HTMLInputElement, id: string, problem: string | undefined): HTMLInputElement | undefined {
    field.ariaInvalid = String(problem !== undefined);
    setText(byId(id, HTMLElement), problem ?? "");
    return problem === undefined ? undefined : field;
  }
}
