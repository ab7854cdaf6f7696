import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { Chatter } from "../../scripts/drills/chatter.ts";
import { ProjectCopy } from "./support/project-copy.ts";
import { within } from "./support/within.ts";

const SCRIPT = "edge-chat-local";
const Deployments = z.object({
  deployments: z.array(
    z.object({
      id: z.string(),
      versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })),
      annotations: z.record(z.string(), z.string()),
    }),
  ),
});

let copy: ProjectCopy;
let release = 1;

const config = (...args: string[]) => copy.pulumi("config", "set", ...args);
const changeCode = () => {
  release += 1;
  copy.edit("worker/index.ts", (text) => `${text}\nObject.assign(globalThis, { release: ${release} });\n`);
};
const script = () => `/accounts/${copy.account.accountId}/workers/scripts/${SCRIPT}`;
const deployments = async () =>
  Deployments.parse(await copy.api("GET", `${script()}/deployments`)).deployments;
/** Percentages of the versions that have traffic now. */
const shares = async () => (await deployments())[0]?.versions.map(({ percentage }) => percentage);
const up = async (...args: string[]) => {
  const answer = await copy.npm("up", "local", ...args);
  if (answer.code !== 0) throw new Error(answer.said);
  return answer.said;
};
const isClean = async () =>
  expect((await copy.npm("preview", "local", "--expect-no-changes")).said).toMatch(/unchanged/);
/** An `up` that runs on; its release is at its first step when this returns. */
const upInTheMiddle = async () => {
  const running = copy.start("up", "local");
  await within(120_000, "the release to begin", async () => {
    if (running.child.exitCode !== null) throw new Error(`up ended: ${running.output()}`);
    return /of the traffic goes to the new version/.test(running.output()) || undefined;
  });
  return running;
};

beforeAll(async () => {
  copy = new ProjectCopy();
  await copy.startAccount();
  await up();
  await config("--path", "limits.messagesPerMinute", "600");
  await config("--path", "release.strategy", "gradual");
  await config("--path", "release.steps[0]", "5");
  await config("--path", "release.steps[1]", "50");
  await config("--path", "release.bakeSeconds", "1");
  expect(await up()).toMatch(/all at once: only settings change/);
});
afterAll(() => copy.dispose());

describe("a gradual release", () => {
  it("goes step by step to the very bundle that up then deploys, while people chat on; nothing is left to change", async () => {
    const chatter = await Chatter.start(copy.account.edgeUrl, "gradual");
    changeCode();
    const said = await up();
    expect(said).toMatch(/5 % → 50 % → 100 %[\s\S]*step 1 of 2, 5 %[\s\S]*health names version/);
    expect(said).toMatch(/step 2 of 2, 50 %[\s\S]*a resume replayed/);
    expect(said).toMatch(/1 updated/);
    await chatter.goesOn();
    await chatter.end();
    const made = (await deployments()).map(({ versions }) => versions.map(({ percentage }) => percentage));
    expect(made.slice(0, 3)).toEqual([[100], [50, 50], [5, 95]]);
    await isClean();
  });

  it("that fails its test gives the traffic back by itself, says what failed, and a refresh finds nothing", async () => {
    const [before] = await deployments();
    const broken = "throw new Error('a bad release');";
    copy.edit("worker/objects/chat-room.ts", (text) =>
      text.replace(/(async info\([^)]*\)[^{]*\{)/, `$1 ${broken}`),
    );
    const failed = await copy.npm("up", "local");
    expect(failed.code).toBe(1);
    expect(failed.said).toMatch(/failed at step 1 of 2, 5 %: a new room answered 503/);
    expect(failed.said).toMatch(/all traffic is back at the version before/);
    expect((await deployments())[0]?.versions).toEqual(before?.versions);
    copy.edit("worker/objects/chat-room.ts", (text) => text.replace(` ${broken}`, ""));
    await copy.pulumi("refresh", "--yes", "--expect-no-changes");
    await up();
    await isClean();
  });

  it("cannot carry a migration: it says why and the way out, and that way works", async () => {
    copy.edit("infra/migration-history.ts", (text) =>
      text.replace(/,?\s*\];\s*$/, ', { tag: "extra", newSqliteClasses: ["Extra"] }];\n'),
    );
    copy.edit(
      "worker/index.ts",
      (text) => `${text}\nexport { ChatRoom as Extra } from "./objects/chat-room.ts";\n`,
    );
    const refused = await copy.npm("up", "local");
    expect(refused.code).toBe(1);
    expect(refused.said).toMatch(/cannot carry the pending migration \(live tag v\d+, newest step extra\)/);
    expect(refused.said).toMatch(/npm run up -- local --all-at-once/);
    expect(await up("--all-at-once")).toMatch(/class Extra: create[\s\S]*1 updated/);
    await isClean();
  });
});

describe("a release that does not come to its end", () => {
  beforeAll(() => config("--path", "release.bakeSeconds", "120"));

  it("is not disturbed by a second one, which learns who is at work", async () => {
    changeCode();
    const first = await upInTheMiddle();
    const second = await copy.npm("up", "local");
    expect(second.code).toBe(1);
    expect(second.said).toMatch(/is under way on stack "local", by \S+ on \S+ \(process \d+\). Wait for it/);
    expect(await shares()).toEqual([5, 95]);
    first.child.kill("SIGINT");
    expect(await first.ended).toBe(1);
    expect(first.output()).toMatch(/all traffic is back[\s\S]*it was interrupted/);
    expect(await shares()).toEqual([100]);
  });

  it("and was killed: the next up gives its traffic back and goes on from there", async () => {
    const running = await upInTheMiddle();
    copy.kill(running);
    await running.ended;
    expect(await shares()).toEqual([5, 95]);
    await config("--path", "release.bakeSeconds", "0");
    expect(await up()).toMatch(/was killed: giving its traffic back[\s\S]*step 2 of 2/);
    await isClean();
  });

  it("and is overtaken by somebody's deployment leaves that one alone", async () => {
    changeCode();
    await config("--path", "release.bakeSeconds", "3");
    const running = await upInTheMiddle();
    const [ours] = await deployments();
    const other = ours?.versions.at(-1)?.version_id;
    await copy.api("POST", `${script()}/deployments`, {
      strategy: "percentage",
      versions: [{ version_id: other, percentage: 100 }],
      annotations: { "workers/message": "by hand" },
    });
    const [theirs] = await deployments();
    expect(await running.ended).toBe(1);
    expect(running.output()).toMatch(/Somebody else deployed while this release was under way: by hand/);
    expect((await deployments())[0]?.id).toBe(theirs?.id);
  });

  it("can be given up from anywhere", async () => {
    await config("--path", "release.bakeSeconds", "120");
    const running = await upInTheMiddle();
    expect((await copy.npm("rollback", "local", "--abort")).said).toMatch(/has all traffic/);
    expect(await shares()).toEqual([100]);
    copy.kill(running);
    await running.ended;
  });
});
