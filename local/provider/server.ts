import { fileURLToPath } from "node:url";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { type Clock, systemClock } from "./api-client.ts";
import { Connections } from "./connections.ts";
import { programFiles } from "./program-files.ts";
import { providerService } from "./service.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

export type ProviderOptions = {
  /** 0 or nothing: any free port. */
  port?: number;
  /** The folder of the Pulumi.yaml whose program is served: relative paths are its. Default: this project. */
  project?: string;
  clock?: Clock;
};

export type RunningProvider = { port: number; stop(): Promise<void> };

/**
 * Starts the stand-in for the official Cloudflare provider on 127.0.0.1. Engines attach to it through
 * `PULUMI_DEBUG_PROVIDERS=cloudflare:<port>`; any number may do so at once.
 *
 * @throws Error when the port is taken.
 */
export async function startProvider(options: ProviderOptions = {}): Promise<RunningProvider> {
  const connections = new Connections();
  const files = programFiles(options.project ?? PROJECT);
  const server = new Server({
    // A script travels inside its message when a program gives `content`; the engine itself sets no limit either.
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  const clock = options.clock ?? systemClock;
  server.addService(ResourceProviderService, providerService({ connections, clock, files }));
  const port = await new Promise<number>((resolve, reject) => {
    const address = `127.0.0.1:${options.port ?? 0}`;
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    port,
    async stop() {
      connections.close();
      server.forceShutdown();
    },
  };
}
