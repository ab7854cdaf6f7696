/** Which stacks of pull requests are past their time. */
import * as z from "zod";
import { isExpired } from "../../infra/plan/age.ts";
import { shortName } from "../stack/chosen-stack.ts";

/** Only a pull request's stack is ever swept away, whatever another one's output says. */
const PR_STACK = /^pr-\d+$/;

const Listed = z.array(z.object({ name: z.string() }));

/** The pull requests' stacks in what `pulumi stack ls --json` prints, by short name. */
export const prStacks = (listed: string): string[] =>
  Listed.parse(JSON.parse(listed))
    .map(({ name }) => shortName(name))
    .filter((name) => PR_STACK.test(name))
    .sort();

/** A stack with its output `expires`; undefined when it never finished an `up`. */
export type Aged = { readonly stack: string; readonly expires: string | undefined };

export type Verdict = {
  readonly past: readonly string[];
  /** One line for each stack that stays, with the reason. */
  readonly kept: readonly string[];
};

/** Parts the stacks that may go from those that stay. One that has no end yet stays: its first `up` may be under way. */
export function judge(stacks: readonly Aged[], now: Date): Verdict {
  const isPast = ({ expires }: Aged) => expires !== undefined && isExpired(expires, now);
  return {
    past: stacks.filter(isPast).map(({ stack }) => stack),
    kept: stacks
      .filter((one) => !isPast(one))
      .map(
        ({ stack, expires }) =>
          `${stack} stays: ${expires === undefined ? "no finished up yet" : `its end is ${expires}`}`,
      ),
  };
}
