import type { ChildProcess } from "node:child_process";
import type { ServerWritableStream } from "@grpc/grpc-js";
import { failure } from "./program-info.ts";

type OutputMessage = { setStdout(chunk: Uint8Array): unknown; setStderr(chunk: Uint8Array): unknown };

/** Sends what a child writes as messages of one type, until it ends. A cancelled call ends the child. */
export function streamOutput<Request, Message extends OutputMessage>(
  call: ServerWritableStream<Request, Message>,
  child: ChildProcess,
  Message: new () => Message,
  onEnd: (code: number | null) => void,
): void {
  child.stdout?.on("data", (chunk: Buffer) => {
    const message = new Message();
    message.setStdout(chunk);
    call.write(message);
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    const message = new Message();
    message.setStderr(chunk);
    call.write(message);
  });
  call.on("cancelled", () => child.kill());
  child.on("error", (error) => call.destroy(failure(error.message)));
  child.on("close", onEnd);
}
