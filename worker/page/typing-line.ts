import type { TypingUser } from "../../client/typing.ts";
import { byId, element } from "./element.ts";

/** Named up to here; more are "several people". */
const NAMED = 2;

/** "Ada is typing…". Each name is isolated, so that one in another script does not turn the sentence around. */
export function showTyping(users: readonly TypingUser[]): void {
  const line = byId("typing", HTMLElement);
  const shown = users.map(({ userId }) => userId).join();
  if (line.dataset.shown === shown) return;
  line.dataset.shown = shown;
  const names = users.slice(0, NAMED).map(({ username }) => element("bdi", {}, username));
  const [first, second] = names;
  if (first === undefined) line.replaceChildren();
  else if (users.length > NAMED) line.replaceChildren("Several people are typing…");
  else if (second === undefined) line.replaceChildren(first, " is typing…");
  else line.replaceChildren(first, " and ", second, " are typing…");
}
