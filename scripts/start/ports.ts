import { createServer } from "node:net";
import { run } from "../toolchain/run.ts";

/** Whether the loopback port can be bound now. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/** Who listens on a port, as far as this system tells; undefined otherwise. */
async function holderOf(port: number): Promise<string | undefined> {
  const sockets = await run("ss", ["-Hltnp", `sport = :${port}`]).catch(() => undefined);
  const seen = /users:\(\("([^"]+)",pid=(\d+)/.exec(sockets?.stdout ?? "");
  if (seen) return `${seen[1]} (process ${seen[2]})`;
  const files = await run("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"]).catch(() => undefined);
  const pid = /^p(\d+)$/m.exec(files?.stdout ?? "")?.[1];
  return pid ? `${/^c(.+)$/m.exec(files?.stdout ?? "")?.[1] ?? "a program"} (process ${pid})` : undefined;
}

/**
 * Makes sure that both ports of the account are free, before anything is started.
 *
 * @throws naming each taken port, who holds it if known, and the flag that chooses another.
 */
export async function requireFreePorts(wanted: { flag: string; port: number }[]): Promise<void> {
  const problems: string[] = [];
  for (const { flag, port } of wanted) {
    if (port === 0 || (await isFree(port))) continue;
    const holder = await holderOf(port);
    problems.push(
      `Port ${port} is taken${holder ? ` by ${holder}` : ""}. End that program, or take another port: \`npm start -- ${flag} ${port + 1}\`.`,
    );
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
}
