import { readFileSync } from "node:fs";

/** Field 22 of `/proc/<pid>/stat` (proc(5)), counted after the command's name, which may hold spaces. */
const START_TIME_FIELD = 19;

/**
 * When a process started, in the kernel's clock ticks: with the pid it names one process for ever. Undefined when
 * there is no such process. Systems without /proc: "unknown" while the process lives.
 */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie holds nothing any more: it only waits for its parent.
    return fields[0] === "Z" ? undefined : fields[START_TIME_FIELD];
  } catch {
    return process.platform === "linux" ? undefined : aliveWithoutProc(pid);
  }
}

function aliveWithoutProc(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
    return "unknown";
  } catch {
    return undefined;
  }
}
