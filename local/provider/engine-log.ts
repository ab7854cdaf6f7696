import { credentials, Metadata } from "@grpc/grpc-js";
import engineClient from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineMessages from "@pulumi/pulumi/proto/engine_pb.js";

/** An engine that does not take a message in this time must not hold up the call that it is about. */
const LOG_DEADLINE_MS = 5_000;

export type Severity = "warning" | "error";

/** Messages for the user, shown by the engine beside the resource of `urn`. */
export type EngineLog = {
  write(severity: Severity, urn: string, text: string): Promise<void>;
  close(): void;
};

const SEVERITIES = {
  warning: engineMessages.LogSeverity.WARNING,
  error: engineMessages.LogSeverity.ERROR,
};

/** The log of the engine at `address`, as it names itself in the handshake. */
export function engineLog(address: string): EngineLog {
  const client = new engineClient.EngineClient(address, credentials.createInsecure());
  return {
    write(severity, urn, text) {
      const message = new engineMessages.LogRequest()
        .setSeverity(SEVERITIES[severity])
        .setMessage(text)
        .setUrn(urn);
      // An engine that is gone has nobody to show the message to.
      const options = { deadline: Date.now() + LOG_DEADLINE_MS };
      return new Promise((resolve) => client.log(message, new Metadata(), options, () => resolve()));
    },
    close: () => client.close(),
  };
}
