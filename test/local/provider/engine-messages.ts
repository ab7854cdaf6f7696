import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type engineWire from "@pulumi/pulumi/proto/engine_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";

/** The engine's own server, of which a provider uses the log: what it told the user, as `urn: text`. */
export async function engineMessages() {
  const texts: string[] = [];
  const server = new Server();
  server.addService(EngineService, {
    log(call: ServerUnaryCall<engineWire.LogRequest, empty.Empty>, reply: sendUnaryData<empty.Empty>) {
      texts.push(`${call.request.getUrn()}: ${call.request.getMessage()}`);
      reply(null, new empty.Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { address: `127.0.0.1:${port}`, texts, stop: () => server.forceShutdown() };
}
