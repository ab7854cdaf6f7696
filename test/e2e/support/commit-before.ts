import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("../../..", import.meta.url));
const git = (...args: string[]): string =>
  execFileSync("git", args, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();

/**
 * The last version of the project without a file, which is how an earlier release is found again.
 * @throws where the history does not reach back so far, with the command that fetches it
 */
export function commitBefore(file: string): string {
  try {
    const [first = ""] = git("log", "--reverse", "--diff-filter=A", "--format=%H", "--", file).split("\n");
    return git("rev-parse", "--verify", `${first}^`);
  } catch {
    throw new Error(
      `the project's history does not tell which commit was the last without ${file}: git fetch --unshallow`,
    );
  }
}
