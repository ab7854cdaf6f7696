// The Node.js language host of the Pulumi engine: it starts programs and policy packs for the engine over gRPC. The
// official host is not served as a Go module, so a CLI built from source finds this one beside it. The engine starts
// it as `pulumi-language-nodejs [flags] <engine address>`, reads the port from the first line, and holds stdin open.
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { aboutHandlers } from "./about.ts";
import { Children } from "./children.ts";
import { dependencyHandlers } from "./dependencies.ts";
import { programHandlers } from "./program.ts";

const engine = process.argv.slice(2).findLast((argument) => !argument.startsWith("-")) ?? "";
const children = new Children();

/** The engine sends whole programs' states in one message. */
const UNLIMITED = -1;
const server = new Server({
  "grpc.max_receive_message_length": UNLIMITED,
  "grpc.max_send_message_length": UNLIMITED,
});
server.addService(LanguageRuntimeService, {
  ...aboutHandlers,
  ...dependencyHandlers(children),
  ...programHandlers(engine, children),
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(String(port));
});

process.on("exit", () => children.kill());
// The end of stdin means that the engine is gone, however it went; without this a killed engine leaves orphans.
if (engine !== "") process.stdin.resume().on("end", () => process.exit(0));
