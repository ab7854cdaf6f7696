import { globSync, readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import path from "node:path";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import * as z from "zod";
import type { Children } from "./children.ts";
import { failure, readProgram } from "./program-info.ts";
import { streamOutput } from "./stream-output.ts";

const Versions = z.record(z.string(), z.string()).default({});
const ProgramManifest = z.object({ dependencies: Versions, devDependencies: Versions });
/** A package whose package.json has `pulumi.resource` needs a provider plugin. */
const SdkManifest = z.object({
  name: z.string(),
  version: z.string(),
  pulumi: z.object({
    resource: z.literal(true),
    name: z.string().optional(),
    version: z.string().optional(),
    server: z.string().optional(),
  }),
});

/** The provider plugins that the packages of a node_modules folder ask for. */
export function requiredPlugins(nodeModules: string): { name: string; version: string; server: string }[] {
  const plugins = [];
  for (const file of globSync(["*/package.json", "@*/*/package.json"], { cwd: nodeModules })) {
    const manifest = SdkManifest.safeParse(
      JSON.parse(readFileSync(path.join(nodeModules, file), "utf8")),
    ).data;
    if (manifest === undefined) continue;
    const { name, version, server } = manifest.pulumi;
    plugins.push({
      name: name ?? manifest.name.replace(/^@(pulumi\/)?/, ""),
      version: `v${version ?? manifest.version}`.replace(/^vv/, "v"),
      server: server ?? "",
    });
  }
  return plugins;
}

/** What a program depends on: provider plugins, npm packages, and how to install them. */
export const dependencyHandlers = (children: Children) =>
  ({
    getRequiredPackages(call, reply) {
      const program = readProgram(call.request.getInfo());
      const sdk = findPackageJSON("@pulumi/pulumi", path.join(program.directory, "resolve.js"));
      if (sdk === undefined)
        return reply(failure(`@pulumi/pulumi is not installed for ${program.directory}`));
      const response = new language.GetRequiredPackagesResponse();
      for (const { name, version, server } of requiredPlugins(path.resolve(path.dirname(sdk), "../..")))
        response.addPackages(
          new plugin.PackageDependency()
            .setKind("resource")
            .setName(name)
            .setVersion(version)
            .setServer(server),
        );
      reply(null, response);
    },
    getProgramDependencies(call, reply) {
      const program = readProgram(call.request.getInfo());
      const file = findPackageJSON(".", path.join(program.directory, "resolve.js"));
      const response = new language.GetProgramDependenciesResponse();
      if (file !== undefined) {
        const manifest = ProgramManifest.parse(JSON.parse(readFileSync(file, "utf8")));
        for (const [name, version] of Object.entries({
          ...manifest.dependencies,
          ...manifest.devDependencies,
        }))
          response.addDependencies(new language.DependencyInfo().setName(name).setVersion(version));
      }
      reply(null, response);
    },
    installDependencies(call) {
      const { root } = readProgram(call.request.getInfo());
      const child = children.start("npm", ["install"], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
      streamOutput(call, child, language.InstallDependenciesResponse, (code) => {
        if (code === 0) call.end();
        else call.destroy(failure(`npm install exited with ${code}`));
      });
    },
  }) satisfies Partial<ILanguageRuntimeServer>;
