import { type Answer, run, runVisibly } from "../toolchain/run.ts";

/** The Pulumi CLI in the environment of one stack. */
export type Cli = {
  environment: NodeJS.ProcessEnv;
  /** Runs on the user's terminal; resolves with the exit code. `extra` adds to the environment. */
  visible(args: readonly string[], extra?: NodeJS.ProcessEnv): Promise<number>;
  /** Runs unseen and keeps what it says. */
  quiet(args: readonly string[], input?: string): Promise<Answer>;
};

export function makeCli(executable: string, cwd: string, environment: NodeJS.ProcessEnv): Cli {
  return {
    environment,
    visible: (args, extra) => runVisibly(executable, args, { cwd, env: { ...environment, ...extra } }),
    quiet: (args, input) =>
      run(executable, ["--non-interactive", ...args], {
        cwd,
        env: environment,
        ...(input === undefined ? {} : { input }),
      }),
  };
}
