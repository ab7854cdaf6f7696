import { element } from "./element.ts";
import { hueOf, initials } from "./user-mark.ts";

/** For the eye alone: the name stands beside it. */
export function avatar(userId: string, username: string): HTMLElement {
  const made = element("span", { className: "avatar", ariaHidden: "true" }, initials(username));
  made.style.setProperty("--hue", String(hueOf(userId)));
  return made;
}
