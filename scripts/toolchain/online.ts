import { connect } from "node:net";

/** Where npm's `pulumi` gets the official CLI, and the CLI its plugins. */
export const DOWNLOAD_HOST = "get.pulumi.com";
/** A host that answers at all does so in well under a second; a machine without Internet must not wait long. */
const PROBE_MS = 3_000;

/** Whether the official download host answers within a few seconds. EDGE_CHAT_OFFLINE=1 says no without asking. */
export function downloadHostAnswers(): Promise<boolean> {
  if (process.env.EDGE_CHAT_OFFLINE === "1") return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect({ host: DOWNLOAD_HOST, port: 443 });
    const done = (answer: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    // The timer counts name look-up too, which a socket's own timeout does not.
    const timer = setTimeout(() => done(false), PROBE_MS);
    socket.on("connect", () => done(true)).on("error", () => done(false));
  });
}
