/** What the room would refuse, told before asking it. */

const ROOM = /^[A-Za-z0-9_-]{1,64}$/;
/** Code points of a name. */
const NAME_MAX = 32;

/** Why a field was refused, or undefined. */
export const roomProblem = (room: string): string | undefined =>
  ROOM.test(room) ? undefined : "1 to 64 letters, digits, “-” or “_”, for example team-lunch.";

export function nameProblem(name: string): string | undefined {
  const length = [...name].length;
  if (length === 0) return "Tell the others what to call you.";
  return length > NAME_MAX ? `At most ${NAME_MAX} characters; this name has ${length}.` : undefined;
}
