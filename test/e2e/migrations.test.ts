import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { ProjectCopy } from "./support/project-copy.ts";

const SCRIPT = "edge-chat-local";
const Scripts = z.array(
  z.looseObject({ id: z.string(), etag: z.string(), migration_tag: z.string().optional() }),
);

let copy: ProjectCopy;
let release = 1;

const up = () => copy.pulumi("up", "--yes", "--skip-preview");
const upWithoutChanges = () => copy.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
const scriptsPath = () => `/accounts/${copy.account.accountId}/workers/scripts`;

/** Whatever runs at the start of the Worker stays in the bundle. */
const changeCode = () => {
  release += 1;
  copy.edit("worker/index.ts", (text) => `${text}\nObject.assign(globalThis, { release: ${release} });\n`);
};
const appendStep = (step: string) =>
  copy.edit("infra/migration-history.ts", (text) => text.replace(/,?\s*\];\s*$/, `, ${step}];\n`));
const live = async () => Scripts.parse(await copy.api("GET", scriptsPath())).find(({ id }) => id === SCRIPT);
const changeBindingByHand = () =>
  copy.api("PUT", `${scriptsPath()}/${SCRIPT}/secrets`, {
    name: "ADMIN_TOKEN",
    text: "set-by-hand-0123456789",
    type: "secret_text",
  });
/** The next upload is carried out, and its answer lost. */
const loseNextUpload = () =>
  copy.faults([
    { method: "PUT", path: `/workers/scripts/${SCRIPT}$`, action: { kind: "reset" }, when: "after" },
  ]);

beforeAll(async () => {
  copy = new ProjectCopy();
  await copy.startAccount();
});
afterAll(() => copy.dispose());

describe("deployments with the real engine", () => {
  it("create everything at first, and then change nothing", async () => {
    expect(await copy.pulumi("preview")).toMatch(/class ChatRoom: create/);
    expect(await up()).toMatch(/6 created/);
    expect(await live()).toMatchObject({ migration_tag: "v2" });
    await upWithoutChanges();
    await copy.pulumi("refresh", "--yes", "--expect-no-changes");
    await upWithoutChanges();
  });

  it("follow a code change right after the first run, without running a step again", async () => {
    changeCode();
    expect(await copy.pulumi("preview")).toMatch(/class ChatRoom: keep[\s\S]*version: "/);
    expect(await up()).toMatch(/1 updated/);
    await upWithoutChanges();
    await upWithoutChanges();
    await copy.pulumi("refresh", "--yes", "--expect-no-changes");
    await upWithoutChanges();
    expect(await live()).toMatchObject({ migration_tag: "v2" });
  });

  it("settle after a binding was changed by hand", async () => {
    await changeBindingByHand();
    await up();
    await upWithoutChanges();
    await upWithoutChanges();
  });

  it("run a new step once, and stay at 0 changes after it, also by hand-made changes and refresh", async () => {
    appendStep('{ tag: "v3", newSqliteClasses: ["Extra"] }');
    copy.edit(
      "worker/index.ts",
      (text) => `${text}\nexport { ChatRoom as Extra } from "./objects/chat-room.ts";\n`,
    );
    expect(await copy.pulumi("preview")).toMatch(/class Extra: create/);
    expect(await up()).toMatch(/1 updated/);
    expect(await live()).toMatchObject({ migration_tag: "v3" });
    await upWithoutChanges();
    await changeBindingByHand();
    expect(await up()).toMatch(/1 updated/);
    await upWithoutChanges();
    await copy.pulumi("refresh", "--yes");
    await upWithoutChanges();
  });

  it("say which plain setting changes, and take it over", async () => {
    await copy.pulumi("config", "set", "--path", "limits.messagesPerMinute", "20");
    expect(await copy.pulumi("preview")).toMatch(/limits\.messagesPerMinute: 10 → 20/);
    await up();
    await upWithoutChanges();
  });

  it("survive the loss of an upload's answer, with and without a step in it", async () => {
    changeCode();
    await loseNextUpload();
    await up();
    await upWithoutChanges();

    appendStep('{ tag: "v4", newSqliteClasses: ["More"] }');
    copy.edit(
      "worker/index.ts",
      (text) => `${text}\nexport { ChatRoom as More } from "./objects/chat-room.ts";\n`,
    );
    await loseNextUpload();
    const { code, said } = await copy.npm("up", "local");
    expect(said).toMatch(/10079/);
    expect(code).toBe(0);
    expect(await live()).toMatchObject({ migration_tag: "v4" });
    await upWithoutChanges();
  });

  it("stop before anything is touched when a step that ran was edited", async () => {
    const before = await live();
    copy.edit("infra/migration-history.ts", (text) => text.replace('"Extra"', '"Another"'));
    changeCode();
    const { code, said } = await copy.npm("pulumi", "up", "--yes", "--skip-preview", "--stack", "local");
    expect(code).not.toBe(0);
    expect(said).toMatch(/step v3, which this stack has run, was edited in infra\/migration-history.ts/);
    expect(said).not.toMatch(/\n\s+at /);
    expect(await live()).toEqual(before);
    copy.edit("infra/migration-history.ts", (text) => text.replace('"Another"', '"Extra"'));
  });

  it("refuse to delete rooms without consent, and name the class", async () => {
    appendStep('{ tag: "v5", deletedClasses: ["More"] }');
    copy.edit("worker/index.ts", (text) => text.replace(/\nexport \{ ChatRoom as More \}.*\n/, ""));
    const refused = await copy.npm("pulumi", "preview", "--stack", "local");
    expect(refused.code).not.toBe(0);
    expect(refused.said).toMatch(/every room of class More would be deleted for ever/);
    await copy.pulumi("config", "set", "--path", "allowDeletedClasses[0]", "More");
    expect(await copy.pulumi("preview")).toMatch(/class More: DELETE \(data lost\)/);
    await up();
    await upWithoutChanges();
  });

  it("ask before a vanished script is made anew, and then make it", async () => {
    await copy.api("DELETE", `${scriptsPath()}/${SCRIPT}?force=true`);
    const refused = await copy.npm("pulumi", "up", "--yes", "--skip-preview", "--stack", "local");
    expect(refused.code).not.toBe(0);
    expect(refused.said).toMatch(/its rooms are gone[\s\S]*config set recreateScript edge-chat-local/);
    await copy.pulumi("config", "set", "recreateScript", SCRIPT);
    await copy.pulumi("up", "--refresh", "--yes", "--skip-preview");
    expect(await live()).toMatchObject({ migration_tag: "v5" });
    expect(await upWithoutChanges()).toMatch(/config rm recreateScript/);
    await copy.pulumi("config", "rm", "recreateScript");
    await upWithoutChanges();
  });

  it("tell three mistakes of the settings at once, each with its command, and no stack trace", async () => {
    const before = copy.read("Pulumi.local.yaml");
    copy.edit("Pulumi.local.yaml", (text) =>
      text
        .replace(/access: open/, "access: opne\n  edge-websocket-chat:limitz: 3")
        .replace(/regions:\n(\s+- \w+\n)+/, "regions: mars\n"),
    );
    const { code, said } = await copy.npm("pulumi", "preview", "--stack", "local");
    copy.edit("Pulumi.local.yaml", () => before);
    expect(code).not.toBe(0);
    expect(said).toMatch(/3 settings are wrong in stack local/);
    expect(said).toMatch(/regions is "mars"[\s\S]*npm run pulumi -- config set --path 'regions\[0\]' weur/);
    expect(said).toMatch(/access is "opne"[\s\S]*allowed: open or ticket/);
    expect(said).toMatch(/limitz[\s\S]*did you mean limits\?/);
    expect(said).not.toMatch(/\n\s+at /);
  });

  it("leave the account empty when destroyed, and start again", async () => {
    await copy.pulumi("destroy", "--yes", "--skip-preview");
    expect(await live()).toBeUndefined();
    expect(await copy.api("GET", `/accounts/${copy.account.accountId}/storage/kv/namespaces`)).toEqual([]);
    expect(await up()).toMatch(/6 created/);
    await upWithoutChanges();
  });

  it("never write a secret down in plain, in state, stack file, previews or logs", async () => {
    const more = { ticketKey: "ticket-key-".repeat(4), sessionKeyPrevious: "the-key-before-".repeat(3) };
    for (const [name, value] of Object.entries(more))
      await copy.pulumi("config", "set", "--secret", name, value);
    const secrets = [
      copy.account.apiToken,
      await copy.setting("sessionKey"),
      await copy.setting("adminToken"),
      ...Object.values(more),
    ];
    expect(secrets.every((secret) => secret.length >= 32)).toBe(true);
    await copy.pulumi("preview", "--diff");
    await copy.pulumi("up", "--yes", "--diff");
    const written = [...copy.texts(".local/state"), copy.read("Pulumi.local.yaml"), copy.said];
    expect(written.length).toBeGreaterThan(10);
    for (const secret of secrets) for (const text of written) expect(text.includes(secret)).toBe(false);
  });
});
