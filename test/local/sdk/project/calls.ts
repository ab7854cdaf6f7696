/**
 * One call of the official SDK to each endpoint that the local account supports. Writes what came to stdout: one JSON
 * line an answer, and one for every request that was made.
 */
import { createHash } from "node:crypto";
import Cloudflare from "cloudflare";

const { API_URL = "", API_TOKEN = "", ACCOUNT_ID = "" } = process.env;
const write = (line: object): void => console.log(JSON.stringify(line));

const client = new Cloudflare({
  baseURL: API_URL,
  apiToken: API_TOKEN,
  maxRetries: 0,
  fetch: (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    // The SDK asks a data: address whether forms work.
    if (url.protocol !== "data:")
      write({ request: `${init?.method?.toUpperCase() ?? "GET"} ${url.pathname}` });
    return fetch(input, init);
  },
});
const account = { account_id: ACCOUNT_ID };
const base = `/accounts/${ACCOUNT_ID}/workers`;

/** `method` is the call's place in the client: the type that the answer must have is read from there. */
async function keep<T>(method: string, call: Promise<T>): Promise<T> {
  const answer = await call;
  write({ method, answer: answer instanceof Response ? null : answer });
  return answer;
}

/** A list: every item has the type of the page's items. */
async function keepItems<T>(method: string, page: Promise<{ getPaginatedItems(): T[] }>): Promise<T[]> {
  const items = (await page).getPaginatedItems();
  write({ method, items });
  return items;
}

const code =
  'import { DurableObject } from "cloudflare:workers"; export class Room extends DurableObject {}; export default { fetch() { return new Response("hi") } };';
/**
 * Version 7 of the SDK flattens `metadata` into form fields, which Cloudflare refuses too (cloudflare-typescript#2799):
 * uploads go through the client's own `put` and `post`, with the form that the API documents.
 */
function form(extra: object): FormData {
  const parts = new FormData();
  parts.set("index.mjs", new File([code], "index.mjs", { type: "application/javascript+module" }));
  parts.set("metadata", JSON.stringify({ ...metadata, ...extra }));
  return parts;
}
const metadata = { main_module: "index.mjs", compatibility_date: "2026-08-01" };

async function whoAmI(): Promise<void> {
  await keep("user.get", client.user.get());
  await keep("user.tokens.verify", client.user.tokens.verify());
  await keep("accounts.tokens.verify", client.accounts.tokens.verify(account));
  await keep("accounts.get", client.accounts.get(account));
  await keepItems("accounts.list", client.accounts.list());
  await keepItems("memberships.list", client.memberships.list());
}

async function zones(): Promise<string> {
  const zone = await keep(
    "zones.create",
    client.zones.create({ account: { id: ACCOUNT_ID }, name: "example.com" }),
  );
  await keep("zones.get", client.zones.get({ zone_id: zone.id }));
  await keepItems("zones.list", client.zones.list({ name: "example.com" }));
  return zone.id;
}

async function kv(): Promise<void> {
  const namespace = await keep(
    "kv.namespaces.create",
    client.kv.namespaces.create({ ...account, title: "first" }),
  );
  const own = { ...account, namespace_id: namespace.id };
  await keep("kv.namespaces.get", client.kv.namespaces.get(namespace.id, account));
  await keep(
    "kv.namespaces.update",
    client.kv.namespaces.update(namespace.id, { ...account, title: "renamed" }),
  );
  await keepItems("kv.namespaces.list", client.kv.namespaces.list(account));
  await keep(
    "kv.namespaces.values.update",
    client.kv.namespaces.values.update("a/b c", { ...own, value: "text", metadata: { from: "sdk" } }),
  );
  const value = await keep("kv.namespaces.values.get", client.kv.namespaces.values.get("a/b c", own));
  write({ text: await value.text() });
  await keep("kv.namespaces.metadata.get", client.kv.namespaces.metadata.get("a/b c", own));
  await keepItems("kv.namespaces.keys.list", client.kv.namespaces.keys.list(namespace.id, account));
  await keep(
    "kv.namespaces.bulkUpdate",
    client.kv.namespaces.bulkUpdate(namespace.id, { ...account, body: [{ key: "x", value: "y" }] }),
  );
  await keep(
    "kv.namespaces.bulkGet",
    client.kv.namespaces.bulkGet(namespace.id, { ...account, keys: ["x"] }),
  );
  await keep(
    "kv.namespaces.bulkDelete",
    client.kv.namespaces.bulkDelete(namespace.id, { ...account, body: ["x"] }),
  );
  await keep("kv.namespaces.values.delete", client.kv.namespaces.values.delete("a/b c", own));
  await keep("kv.namespaces.delete", client.kv.namespaces.delete(namespace.id, account));
}

async function script(): Promise<void> {
  const { scripts } = client.workers;
  const bindings = [{ type: "durable_object_namespace" as const, name: "ROOM", class_name: "Room" }];
  const migrations = { new_tag: "v1", new_sqlite_classes: ["Room"] };
  await keep(
    "workers.scripts.update",
    client
      .put<{ result: Cloudflare.Workers.ScriptUpdateResponse }>(`${base}/scripts/sdk`, {
        body: form({ bindings, migrations }),
      })
      .then(({ result }) => result),
  );
  await keepItems("workers.scripts.list", scripts.list(account));
  await keep("workers.scripts.get", scripts.get("sdk", account));
  await keep("workers.scripts.content.get", scripts.content.get("sdk", account));
  await keep("workers.scripts.settings.get", scripts.settings.get("sdk", account));
  await keep("workers.scripts.settings.edit", scripts.settings.edit("sdk", { ...account, logpush: false }));
  await keep(
    "workers.scripts.scriptAndVersionSettings.get",
    scripts.scriptAndVersionSettings.get("sdk", account),
  );
  const change = new FormData();
  change.set("settings", JSON.stringify({ bindings }));
  await keep(
    "workers.scripts.scriptAndVersionSettings.edit",
    client
      .patch<{ result: Cloudflare.Workers.Scripts.ScriptAndVersionSettingEditResponse }>(
        `${base}/scripts/sdk/settings`,
        { body: change },
      )
      .then(({ result }) => result),
  );
  const objects = client.durableObjects.namespaces;
  const [namespace] = await keepItems("durableObjects.namespaces.list", objects.list(account));
  await keepItems(
    "durableObjects.namespaces.objects.list",
    objects.objects.list(namespace?.id ?? "", account),
  );

  const page = Buffer.from("<h1>hi</h1>");
  const hash = createHash("sha256").update(page).digest("hex").slice(0, 32);
  const session = await keep(
    "workers.scripts.assets.upload.create",
    scripts.assets.upload.create("sdk", {
      ...account,
      manifest: { "/index.html": { hash, size: page.length } },
    }),
  );
  await keep(
    "workers.assets.upload.create",
    client.workers.assets.upload.create(
      { ...account, base64: true, body: { [hash]: page.toString("base64") } },
      { headers: { authorization: `Bearer ${session.jwt}` } },
    ),
  );

  await keep("workers.subdomains.get", client.workers.subdomains.get(account));
  await keep(
    "workers.scripts.subdomain.create",
    scripts.subdomain.create("sdk", { ...account, enabled: true }),
  );
  await keep("workers.scripts.subdomain.get", scripts.subdomain.get("sdk", account));
  await keep("workers.scripts.subdomain.delete", scripts.subdomain.delete("sdk", account));

  const schedules = { ...account, body: [{ cron: "*/5 * * * *" }] };
  await keep("workers.scripts.schedules.update", scripts.schedules.update("sdk", schedules));
  await keep("workers.scripts.schedules.get", scripts.schedules.get("sdk", account));

  const tail = await keep("workers.scripts.tail.create", scripts.tail.create("sdk", account));
  // A list, as Cloudflare's Rust client reads it: the SDK's type of this answer is one object.
  await scripts.tail.get("sdk", account);
  await keep("workers.scripts.tail.delete", scripts.tail.delete(tail.id, { ...account, script_name: "sdk" }));
}

async function secrets(): Promise<void> {
  const { secrets } = client.workers.scripts;
  const secret = { name: "KEY", text: "hush", type: "secret_text" as const };
  await keep("workers.scripts.secrets.update", secrets.update("sdk", { ...account, ...secret }));
  await keep(
    "workers.scripts.secrets.bulkUpdate",
    secrets.bulkUpdate("sdk", { ...account, secrets: { KEY: secret } }),
  );
  await keepItems("workers.scripts.secrets.list", secrets.list("sdk", account));
  await keep("workers.scripts.secrets.get", secrets.get("KEY", { ...account, script_name: "sdk" }));
  await keep("workers.scripts.secrets.delete", secrets.delete("KEY", { ...account, script_name: "sdk" }));
}

async function versions(): Promise<void> {
  const { versions, deployments } = client.workers.scripts;
  const own = { ...account, script_name: "sdk" };
  const version = await keep(
    "workers.scripts.versions.create",
    client
      .post<{ result: Cloudflare.Workers.Scripts.VersionCreateResponse }>(`${base}/scripts/sdk/versions`, {
        body: form({}),
      })
      .then(({ result }) => result),
  );
  await keepItems("workers.scripts.versions.list", versions.list("sdk", account));
  await keep("workers.scripts.versions.get", versions.get(version.id ?? "", own));
  const deployment = await keep(
    "workers.scripts.deployments.create",
    deployments.create("sdk", {
      ...account,
      strategy: "percentage",
      versions: [{ version_id: version.id ?? "", percentage: 100 }],
    }),
  );
  // The SDK takes this list for one with pages, which it is not: its items are in `result`.
  const list = await deployments.list("sdk", account);
  write({ method: "workers.scripts.deployments.list", items: [list.result] });
  await keep("workers.scripts.deployments.get", deployments.get(deployment.id, own));
}

async function addresses(zone_id: string): Promise<void> {
  const { routes, domains } = client.workers;
  const route = await keep(
    "workers.routes.create",
    routes.create({ zone_id, pattern: "example.com/a/*", script: "sdk" }),
  );
  await keep("workers.routes.get", routes.get(route.id, { zone_id }));
  await keepItems("workers.routes.list", routes.list({ zone_id }));
  await keep(
    "workers.routes.update",
    routes.update(route.id, { zone_id, pattern: "example.com/b/*", script: "sdk" }),
  );
  await keep("workers.routes.delete", routes.delete(route.id, { zone_id }));

  const domain = await keep(
    "workers.domains.update",
    domains.update({
      ...account,
      hostname: "www.example.com",
      service: "sdk",
      zone_id,
    }),
  );
  const id = domain.id ?? "";
  await keep("workers.domains.get", domains.get(id, account));
  await keepItems("workers.domains.list", domains.list(account));
  await keep("workers.domains.delete", domains.delete(id, account));
}

/** The newer API: a Worker, then its versions. */
async function workers(): Promise<void> {
  const { workers } = client.workers.beta;
  const worker = await keep("workers.beta.workers.create", workers.create({ ...account, name: "newer" }));
  await keep("workers.beta.workers.get", workers.get(worker.id, account));
  await keepItems("workers.beta.workers.list", workers.list(account));
  const whole = { ...account, name: "newer", logpush: true };
  await keep("workers.beta.workers.update", workers.update(worker.id, whole));
  const change = {
    ...account,
    name: "newer",
    tags: ["kept"],
    logpush: true,
    tail_consumers: [],
    observability: { enabled: true },
    subdomain: { enabled: false },
  };
  await keep("workers.beta.workers.edit", workers.edit(worker.id, change));

  const module = {
    name: "index.mjs",
    content_type: "application/javascript+module",
    content_base64: btoa("export default { fetch() {} };"),
  };
  const version = await keep(
    "workers.beta.workers.versions.create",
    workers.versions.create(worker.id, {
      ...account,
      main_module: module.name,
      modules: [module],
      compatibility_date: "2026-08-01",
    }),
  );
  const own = { ...account, worker_id: worker.id };
  await keep("workers.beta.workers.versions.get", workers.versions.get(version.id, own));
  await keepItems("workers.beta.workers.versions.list", workers.versions.list(worker.id, account));
  await workers.versions.delete(version.id, own);
  await workers.delete(worker.id, account);
}

async function tokens(): Promise<void> {
  const { tokens } = client.user;
  const groups = await keepItems("user.tokens.permissionGroups.list", tokens.permissionGroups.list());
  const token = await keep(
    "user.tokens.create",
    tokens.create({
      name: "reads",
      policies: [
        {
          effect: "allow",
          permission_groups: groups.slice(0, 1).flatMap(({ id }) => (id === undefined ? [] : [{ id }])),
          resources: { [`com.cloudflare.api.account.${ACCOUNT_ID}`]: "*" },
        },
      ],
    }),
  );
  await keep("user.tokens.delete", tokens.delete(token.id ?? ""));
}

await whoAmI();
await tokens();
await workers();
const zoneId = await zones();
await kv();
await script();
await secrets();
await versions();
await addresses(zoneId);
await keep("workers.scripts.delete", client.workers.scripts.delete("sdk", account));
