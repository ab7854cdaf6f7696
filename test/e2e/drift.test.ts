import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { ProjectCopy } from "./support/project-copy.ts";

const Routes = z.array(z.object({ id: z.string() }));
const Settings = z.object({ bindings: z.array(z.looseObject({ name: z.string(), type: z.string() })) });

let copy: ProjectCopy;
const script = () => `/accounts/${copy.account.accountId}/workers/scripts/edge-chat-local`;
const drift = () => copy.npm("drift", "local");

/** Changes bindings as the dashboard does: all others are inherited. */
async function setBindings(change: (name: string) => object | undefined): Promise<void> {
  const { bindings } = Settings.parse(await copy.api("GET", `${script()}/settings`));
  const form = new FormData();
  const next = bindings.map(({ name }) => change(name) ?? { name, type: "inherit" });
  form.set(
    "settings",
    new File([JSON.stringify({ bindings: next })], "settings", { type: "application/json" }),
  );
  const { apiUrl, apiToken } = copy.account;
  const answer = await fetch(`${apiUrl}${script()}/settings`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${apiToken}` },
    body: form,
  });
  expect(answer.ok, await answer.text()).toBe(true);
}

beforeAll(async () => {
  copy = new ProjectCopy();
  await copy.startAccount();
  expect((await drift()).said).toMatch(/no deployed chat yet/);
  await copy.npm("up", "local");
});
afterAll(() => copy.dispose());

describe("drift", () => {
  it("is none after an up, also when only the stamps of an upload differ", async () => {
    expect(await drift()).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/is as its last up left it/),
    });
    await setBindings(() => undefined);
    expect((await drift()).code).toBe(0);
  });

  it("names a route that is gone and a flag that was switched, with the way back, which works", async () => {
    const { zoneId } = copy.account;
    const [route] = Routes.parse(await copy.api("GET", `/zones/${zoneId}/workers/routes`));
    await copy.api("DELETE", `/zones/${zoneId}/workers/routes/${route?.id}`);
    await copy.api("POST", `${script()}/subdomain`, { enabled: true, previews_enabled: true });
    const { code, stdout } = await drift();
    expect(code).toBe(2);
    expect(stdout).toMatch(/chat-route-localhost\S*: gone/);
    expect(stdout).toMatch(/chat-subdomain: changed\n\s+previewsEnabled: false → true/);
    expect(stdout).toMatch(/npm run up -- local --refresh/);
    expect((await copy.npm("up", "local", "--refresh")).code).toBe(0);
    expect((await drift()).code).toBe(0);
  });

  it("names what no refresh sees: a changed value, and a removed secret", async () => {
    await setBindings((name) =>
      name === "VERSION" ? { name, type: "plain_text", text: "by hand" } : undefined,
    );
    await copy.api("DELETE", `${script()}/secrets/ADMIN_TOKEN`);
    const { code, stdout } = await drift();
    expect(code).toBe(2);
    expect(stdout).toMatch(/binding VERSION, version: [0-9a-f]{12} → "by hand"/);
    expect(stdout).toMatch(/secret ADMIN_TOKEN: gone/);
    expect(stdout).toMatch(/bindings are put right by the next upload/);
  });
});
