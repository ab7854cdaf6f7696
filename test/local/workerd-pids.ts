import { readdirSync, readFileSync } from "node:fs";

/** Processes of workerd that work on an account's folder. Linux. */
export function workerdPids(directory: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("workerd") &&
          readFileSync(`/proc/${pid}/environ`, "utf8").includes(`=${directory}/data`)
        );
      } catch {
        return false;
      }
    });
}
