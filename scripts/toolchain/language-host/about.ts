import { readFileSync } from "node:fs";
import { createRequire, findPackageJSON } from "node:module";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import { isRecord } from "./manifest.ts";

// google-protobuf is CommonJS without detectable names, so `import { Empty }` fails at run time.
const { Empty } = createRequire(import.meta.url)(
  "google-protobuf/google/protobuf/empty_pb.js",
) as typeof import("google-protobuf/google/protobuf/empty_pb.js");

function sdkVersion(): string {
  const file = findPackageJSON("@pulumi/pulumi", import.meta.url);
  if (file === undefined) return "";
  const manifest: unknown = JSON.parse(readFileSync(file, "utf8"));
  return isRecord(manifest) && typeof manifest.version === "string" ? manifest.version : "";
}

/** The calls by which the engine gets to know this host. */
export const aboutHandlers = {
  handshake: (_call, reply) => reply(null, new language.LanguageHandshakeResponse()),
  getPluginInfo: (_call, reply) => reply(null, new plugin.PluginInfo().setVersion(sdkVersion())),
  about: (_call, reply) =>
    reply(null, new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),
  runtimeOptionsPrompts: (_call, reply) => reply(null, new language.RuntimeOptionsResponse()),
  cancel: (_call, reply) => reply(null, new Empty()),
} satisfies Partial<ILanguageRuntimeServer>;
