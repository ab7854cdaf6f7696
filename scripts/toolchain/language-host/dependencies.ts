import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import path from "node:path";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import type { Children } from "./children.ts";
import { requiredPlugins, versionsIn } from "./manifest.ts";
import { failure, readProgram } from "./program-info.ts";
import { streamOutput } from "./stream-output.ts";

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
        for (const [name, version] of versionsIn(readFileSync(file, "utf8")))
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
