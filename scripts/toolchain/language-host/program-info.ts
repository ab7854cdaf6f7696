import { createRequire } from "node:module";
import path from "node:path";
import { status } from "@grpc/grpc-js";
import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb.js";

/** What the engine tells about a program, with the project file's runtime options read. */
export type Program = {
  directory: string;
  root: string;
  entry: string;
  /** Arguments for Node itself: `runtime.options.nodeargs` of Pulumi.yaml. */
  nodeArguments: string[];
  /** Whether the SDK shall load its own TypeScript compiler: `runtime.options.typescript`, true unless given. */
  typescript: boolean;
};

export function readProgram(info: ProgramInfo | undefined): Program {
  if (info === undefined) throw failure("the engine sent no program information");
  const options: Record<string, unknown> = info.getOptions()?.toJavaScript() ?? {};
  return {
    directory: info.getProgramDirectory(),
    root: info.getRootDirectory(),
    entry: info.getEntryPoint() || ".",
    nodeArguments: String(options.nodeargs ?? "")
      .split(/\s+/)
      .filter((argument) => argument !== ""),
    typescript: options.typescript !== false,
  };
}

/** A file of the SDK that the program itself would import, so that program and runner share one copy. */
export const sdkCommand = (program: Program, command: string): string =>
  createRequire(path.join(program.directory, "resolve.js")).resolve(`@pulumi/pulumi/cmd/${command}`);

/** An error that gRPC passes on with its text. */
export const failure = (message: string): Error & { code: number; details: string } =>
  Object.assign(new Error(message), { code: status.INTERNAL, details: message });
