import { readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";
import { type Answer, run } from "../../../scripts/toolchain/run.ts";

const Env = z.record(z.string(), z.coerce.string());
const Step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  id: z.string().optional(),
  env: Env.optional(),
});
const Job = z.object({
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  env: Env.optional(),
  environment: z.object({ name: z.string(), url: z.string() }).optional(),
  steps: z.array(Step),
});
const Workflow = z.object({ env: Env.optional(), jobs: z.record(z.string(), Job) });

/** Actions that only prepare the machine: here the project and Node are there already. */
const PREPARING = /^actions\/(checkout|setup-node)@/;

/** What a run of a job came to. */
export type JobRun = { code: number | null; said: string };

/** A workflow file whose jobs run here as GitHub would run them: their `run` steps, by bash, in their environment. */
export class WorkflowFile {
  readonly #workflow: z.infer<typeof Workflow>;

  constructor(file: URL) {
    this.#workflow = Workflow.parse(parse(readFileSync(file, "utf8")));
  }

  /** Jobs in the order in which GitHub starts them. */
  get order(): string[] {
    const order: string[] = [];
    const visit = (name: string) => {
      if (order.includes(name)) return;
      for (const before of [this.#job(name).needs ?? []].flat()) visit(before);
      order.push(name);
    };
    for (const name of Object.keys(this.#workflow.jobs)) visit(name);
    return order;
  }

  #job(name: string): z.infer<typeof Job> {
    const job = this.#workflow.jobs[name];
    if (job === undefined) throw new Error(`there is no job ${name}`);
    return job;
  }

  /**
   * Runs a job's steps.
   *
   * @param known values of `${{ … }}` expressions.
   * @throws for an expression or an action that is not known here.
   */
  async run(
    name: string,
    { cwd, known, env }: { cwd: string; known: Readonly<Record<string, string>>; env: NodeJS.ProcessEnv },
  ): Promise<JobRun> {
    const job = this.#job(name);
    const filled = (given: Record<string, string> = {}) =>
      Object.fromEntries(Object.entries(given).map(([key, text]) => [key, fill(text, known)]));
    let said = "";
    for (const step of job.steps) {
      if (step.uses !== undefined && !PREPARING.test(step.uses))
        throw new Error(`${step.uses} cannot run here`);
      if (step.run === undefined) continue;
      const answer: Answer = await run("bash", ["-e", "-c", fill(step.run, known)], {
        cwd,
        env: { ...env, ...filled(this.#workflow.env), ...filled(job.env), ...filled(step.env) },
      });
      said += `${answer.stdout}${answer.stderr}`;
      if (answer.code !== 0) return { code: answer.code, said };
    }
    return { code: 0, said };
  }
}

const fill = (text: string, known: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\$\{\{\s*([^}]+?)\s*\}\}/g, (_, expression: string) => {
    const value = known[expression];
    if (value === undefined) throw new Error(`the expression ${expression} is not known here`);
    return value;
  });
