import { isRoomName, ROOM_NAME_RULE } from "../identity/room-name.ts";
import { Refused } from "./refused.ts";

/** The `:room` of a path. @throws {Refused} `bad_room` */
export function roomParameter(name: string | undefined): string {
  if (name === undefined || !isRoomName(name)) throw new Refused("bad_room", ROOM_NAME_RULE);
  return name;
}
