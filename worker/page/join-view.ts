import { byId, element, setText } from "./element.ts";
import type { Invitation } from "./invitation.ts";
import { nameProblem, roomProblem } from "./join-rules.ts";

/** Rooms offered on the first page. */
const OFFERED_ROOMS = 5;

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
    void this.#offerRooms();
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

  /** The directory is a convenience: when it cannot be read, nothing is offered and nothing is said. */
  async #offerRooms(): Promise<void> {
    const rooms = await readRooms().catch(() => []);
    byId("open-rooms", HTMLElement).hidden = rooms.length === 0;
    byId("open-rooms-list", HTMLElement).replaceChildren(
      ...rooms.map(({ room, users }) => {
        const take = () => {
          this.#room.value = room;
          this.#submit();
        };
        const count = element("span", { className: "muted" }, `${users} here`);
        return element("li", {}, element("button", { type: "button", onclick: take }, room, count));
      }),
    );
  }
}

interface OpenRoom {
  readonly room: string;
  readonly users: number;
}

const isOpenRoom = (value: unknown): value is OpenRoom =>
  typeof value === "object" &&
  value !== null &&
  "room" in value &&
  typeof value.room === "string" &&
  "users" in value &&
  typeof value.users === "number";

async function readRooms(): Promise<OpenRoom[]> {
  const response = await fetch("/api/rooms");
  const body: unknown = await response.json();
  if (typeof body !== "object" || body === null || !("rooms" in body) || !Array.isArray(body.rooms))
    return [];
  return body.rooms
    .filter(isOpenRoom)
    .filter(({ users }) => users > 0)
    .sort((a, b) => b.users - a.users)
    .slice(0, OFFERED_ROOMS);
}
