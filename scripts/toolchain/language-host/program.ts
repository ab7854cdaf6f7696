import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import type { Children } from "./children.ts";
import { failure, readProgram, sdkCommand } from "./program-info.ts";
import { streamOutput } from "./stream-output.ts";

/** The SDK's runner ends so when the program's error has been reported to the engine already. */
const ALREADY_REPORTED = 32;

/** Running programs and policy packs, each in a process of its own, by the SDK's own runner. */
export const programHandlers = (engine: string, children: Children) =>
  ({
    run(call, reply) {
      const request = call.request;
      const program = readProgram(request.getInfo());
      const flags = {
        monitor: request.getMonitorAddress(),
        engine,
        organization: request.getOrganization(),
        project: request.getProject(),
        stack: request.getStack(),
        "root-directory": program.root,
        pwd: request.getPwd(),
        parallel: String(request.getParallel()),
      };
      const args = [
        ...program.nodeArguments,
        sdkCommand(program, "run"),
        ...Object.entries(flags).flatMap(([flag, value]) => (value === "" ? [] : [`--${flag}`, value])),
        ...(request.getDryrun() ? ["--dry-run"] : []),
        program.entry,
        ...request.getArgsList(),
      ];
      const child = children.start(process.execPath, args, {
        cwd: program.directory,
        stdio: ["ignore", "inherit", "inherit"],
        env: {
          ...process.env,
          PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
          PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
          PULUMI_NODEJS_TYPESCRIPT: String(program.typescript),
        },
      });
      call.on("cancelled", () => child.kill());
      child.on("error", (error) => reply(failure(error.message)));
      child.on("close", (code, signal) => {
        const response = new language.RunResponse();
        if (code === ALREADY_REPORTED) response.setBail(true);
        else if (code !== 0)
          response.setError(`Program exited with ${signal ?? `non-zero exit code: ${code}`}`);
        reply(null, response);
      });
    },
    runPlugin(call) {
      const request = call.request;
      const program = readProgram(request.getInfo());
      const isPolicyPack = request.getKind() === "analyzer";
      // A policy pack reads its own package.json from the working directory.
      const args = isPolicyPack
        ? [sdkCommand(program, "run-policy-pack"), ...request.getArgsList(), program.directory]
        : [sdkCommand(program, "run-plugin"), program.directory, ...request.getArgsList()];
      const environment = request.getEnvList().map((pair) => {
        const at = pair.indexOf("=");
        return [pair.slice(0, at), pair.slice(at + 1)];
      });
      const child = children.start(process.execPath, [...program.nodeArguments, ...args], {
        cwd: isPolicyPack ? program.directory : request.getPwd(),
        env: Object.fromEntries(environment),
        stdio: ["ignore", "pipe", "pipe"],
      });
      streamOutput(call, child, language.RunPluginResponse, (code) => {
        call.write(new language.RunPluginResponse().setExitcode(code ?? 1));
        call.end();
      });
    },
  }) satisfies Partial<ILanguageRuntimeServer>;
