import { appendFileSync, readFileSync } from "node:fs";
import * as z from "zod";

/** What a workflow run tells of itself; undefined outside of one. */
export type Workflow = { api: string; repository: string; token: string; runUrl: string };

export function workflowOf(environment: NodeJS.ProcessEnv): Workflow | undefined {
  const { GITHUB_REPOSITORY: repository, GITHUB_TOKEN: token } = environment;
  if (!repository || !token) return undefined;
  const server = environment.GITHUB_SERVER_URL ?? "https://github.com";
  return {
    api: environment.GITHUB_API_URL ?? "https://api.github.com",
    repository,
    token,
    runUrl: `${server}/${repository}/actions/runs/${environment.GITHUB_RUN_ID ?? ""}`,
  };
}

const Repository = z.object({ full_name: z.string() });
const Event = z.object({
  pull_request: z
    .object({ number: z.number(), head: z.object({ repo: Repository.nullish() }).optional() })
    .optional(),
});

const eventOf = ({ GITHUB_EVENT_PATH: file }: NodeJS.ProcessEnv) =>
  file ? Event.parse(JSON.parse(readFileSync(file, "utf8"))) : {};

/** The number of the pull request that the run is about. */
export const pullRequestOf = (environment: NodeJS.ProcessEnv): number | undefined =>
  eventOf(environment).pull_request?.number;

/** Whether the run is about a fork's pull request: GitHub gives it no secrets, and a token that can only read. */
export function isFromFork(environment: NodeJS.ProcessEnv): boolean {
  const head = eventOf(environment).pull_request?.head;
  return head !== undefined && head.repo?.full_name !== environment.GITHUB_REPOSITORY;
}

const TIMEOUT_MS = 20_000;
const PAGE = 100;

/** One call of GitHub's API, below the repository. @throws with GitHub's words when it refuses. */
export async function github<T>(
  { api, repository, token }: Workflow,
  method: string,
  place: string,
  shape: z.ZodType<T>,
  body?: unknown,
): Promise<T> {
  const answer = await fetch(`${api}/repos/${repository}${place}`, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new Error(`GitHub answered ${answer.status} to ${method} ${place}: ${text.slice(0, 300)}`);
  return shape.parse(text === "" ? null : JSON.parse(text));
}

const Comments = z.array(z.object({ id: z.number(), body: z.string().nullish() }));

/** Writes the one comment with this mark on a pull request: a new one, or over the old one. */
export async function stickyComment(
  workflow: Workflow,
  number: number,
  mark: string,
  body: string,
): Promise<void> {
  for (let page = 1; ; page += 1) {
    const place = `/issues/${number}/comments?per_page=${PAGE}&page=${page}`;
    const comments = await github(workflow, "GET", place, Comments);
    const ours = comments.find((comment) => comment.body?.includes(mark));
    if (ours) {
      await github(workflow, "PATCH", `/issues/comments/${ours.id}`, z.unknown(), { body });
      return;
    }
    if (comments.length < PAGE) break;
  }
  await github(workflow, "POST", `/issues/${number}/comments`, z.unknown(), { body });
}

const Issues = z.array(z.object({ number: z.number(), body: z.string().nullish() }));

/** Keeps one open issue with this mark: opened or rewritten while there is a text, closed when there is none. */
export async function stickyIssue(
  workflow: Workflow,
  mark: string,
  title: string,
  body: string | undefined,
): Promise<void> {
  const issues = await github(workflow, "GET", `/issues?state=open&per_page=${PAGE}`, Issues);
  const ours = issues.find((issue) => issue.body?.includes(mark));
  if (body !== undefined && ours)
    await github(workflow, "PATCH", `/issues/${ours.number}`, z.unknown(), { title, body });
  else if (body !== undefined) await github(workflow, "POST", "/issues", z.unknown(), { title, body });
  else if (ours) await github(workflow, "PATCH", `/issues/${ours.number}`, z.unknown(), { state: "closed" });
}

const Deployments = z.array(z.object({ id: z.number() }));

/** Marks what GitHub shows as deployed to an environment as gone. */
export async function deploymentsGone(workflow: Workflow, environment: string): Promise<void> {
  const place = `/deployments?environment=${environment}&per_page=${PAGE}`;
  for (const { id } of await github(workflow, "GET", place, Deployments))
    await github(workflow, "POST", `/deployments/${id}/statuses`, z.unknown(), { state: "inactive" });
}

/** Gives a value to later steps of the workflow's job. */
export function setOutput(environment: NodeJS.ProcessEnv, name: string, value: string): void {
  if (environment.GITHUB_OUTPUT) appendFileSync(environment.GITHUB_OUTPUT, `${name}=${value}\n`);
}

/** Adds to the page that GitHub shows of the run. */
export function addSummary(environment: NodeJS.ProcessEnv, text: string): void {
  if (environment.GITHUB_STEP_SUMMARY) appendFileSync(environment.GITHUB_STEP_SUMMARY, `${text}\n`);
}
