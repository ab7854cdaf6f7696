import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IsolatedChat } from "./support/isolated-chat.ts";

const chat = new IsolatedChat();

beforeAll(async () => {
  await chat.startAccount();
});
afterAll(() => chat.dispose());

/** Everything that a stack can leave in an account. */
async function leftInAccount(): Promise<unknown[]> {
  const { accountId, zoneId } = chat.account;
  const lists = [
    `/accounts/${accountId}/workers/scripts`,
    `/accounts/${accountId}/storage/kv/namespaces`,
    `/accounts/${accountId}/workers/domains`,
    `/zones/${zoneId}/workers/routes`,
  ];
  const answers = await Promise.all(lists.map((list) => chat.api(list)));
  return answers.flatMap(({ body }) => (body as { result: unknown[] }).result);
}

describe("a stack's life with the real engine", () => {
  test("the first up creates everything, and the chat works", async () => {
    expect(await chat.mustNpm("up", "local")).toMatch(/\+ 6 created[\s\S]*✓ a resume replayed/);
  });

  test("a second up ends with its preview, which finds nothing to do, and neither does one after a refresh", async () => {
    const said = await chat.mustNpm("up", "local");
    expect(said).toMatch(/no output changes[\s\S]*Resources:\s+6 unchanged[\s\S]*✓ nothing to deploy/);
    expect(said).not.toMatch(/Updating/);
    await chat.mustNpm("pulumi", "refresh", "--yes", "--expect-no-changes", "--stack", "local");
    expect(await chat.mustNpm("up", "local", "--expect-no-changes")).toMatch(/Updating/);
  });

  test("other ports for the account change no resource of the chat", async () => {
    await chat.killAccount();
    await chat.startAccount();
    await chat.mustNpm("up", "local", "--expect-no-changes");
    expect(await chat.mustNpm("smoke", "local")).toMatch(/two clients exchanged/);
  });

  test("destroy leaves the account empty, also after it moved to other ports, and up works again", async () => {
    await chat.killAccount();
    await chat.startAccount();
    await chat.mustNpm("destroy", "local", "--yes");
    expect(await leftInAccount()).toEqual([]);
    expect(await chat.mustNpm("up", "local")).toMatch(/\+ 6 created[\s\S]*✓ two clients exchanged/);
  });

  test("destroy asks first: without a terminal and without --yes nothing happens", async () => {
    const answer = await chat.npm("destroy", "local");
    expect(answer.code).toBe(1);
    expect(answer.stderr).toMatch(/no terminal to ask: add --yes/);
    expect((await leftInAccount()).length).toBeGreaterThan(0);
  });
});
