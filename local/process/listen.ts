import type { Server } from "node:http";

/** Accounts speak to this machine only. */
export const LOOPBACK = "127.0.0.1";

/** The port asked for belongs to somebody else. */
export class PortTaken extends Error {}

/** Listens on the loopback address and gives the port, which is `port` or, for 0, a free one. */
export function listen(server: Server, port: number, flag: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") reject(error);
      else
        reject(
          new PortTaken(
            `Port ${port} on ${LOOPBACK} is taken by another program. End it, or choose another port with ${flag}.`,
          ),
        );
    });
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("the server has no port"));
      else resolve(address.port);
    });
  });
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
