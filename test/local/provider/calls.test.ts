import { describe, expect, it } from "vitest";
import { engineMessages } from "./engine-messages.ts";
import { ACCOUNT, api, engine, failure, lab, provider, success, TOKEN, TYPES, urn } from "./lab.ts";
import type { RecordedAnswer } from "./recorded-api.ts";

const NAMESPACES = `accounts/${ACCOUNT}/storage/kv/namespaces`;
const SCRIPT = `accounts/${ACCOUNT}/workers/scripts/chat`;
const inputs = { accountId: ACCOUNT, title: "rooms" };
const made = success(`POST ${NAMESPACES}`, { id: "n1", title: "rooms" });
const reset: RecordedAnswer = { ...made, fault: "reset" };

describe("a call that fails", () => {
  it.each([408, 409, 429, 500, 503])("with %i is made again, twice as late each time", async (status) => {
    const failed = failure(`POST ${NAMESPACES}`, status);
    const { engine: attached, api: server, clock } = await lab([failed, failed, failed, made]);
    const created = await attached.create(TYPES.namespace, urn(TYPES.namespace), inputs);
    expect(created.id).toBe("n1");
    expect(clock.waits).toEqual([2_000, 4_000, 8_000]);
    const counts = server.seen.map(({ headers }) => headers["x-stainless-retry-count"]);
    expect(counts).toEqual(["0", "1", "2", "3"]);
  });

  it.each([400, 401, 403, 404, 412])("with %i is not made again", async (status) => {
    const { engine: attached, api: server } = await lab([failure(`POST ${NAMESPACES}`, status)]);
    const created = attached.create(TYPES.namespace, urn(TYPES.namespace), inputs);
    const body = '{"success":false,"errors":[{"code":10000,"message":"lab"}],"messages":[],"result":null}';
    await expect(created).rejects.toThrow(
      new RegExp(`^failed to make http request: POST "${server.origin}/client/v4/${NAMESPACES}": ${status} `),
    );
    await expect(created).rejects.toThrow(body);
    expect(server.seen.length).toBe(1);
  });

  it("waits as long as the server asks", async () => {
    const answers = [
      failure(`POST ${NAMESPACES}`, 429, 971, { "retry-after": "1" }),
      failure(`POST ${NAMESPACES}`, 429, 971, { "retry-after-ms": "7" }),
      failure(`POST ${NAMESPACES}`, 429, 971, { "retry-after": "Thu, 01 Jan 1970 00:00:03 GMT" }),
      failure(`POST ${NAMESPACES}`, 429, 971, { "retry-after": "3600" }),
      made,
    ];
    const { engine: attached, clock } = await lab(answers);
    await attached.create(TYPES.namespace, urn(TYPES.namespace), inputs);
    expect(clock.waits).toEqual([1_000, 7, 3_000, 16_000]);
  });

  it("is given up at once when the server says so", async () => {
    const stop = failure(`POST ${NAMESPACES}`, 500, 10_000, { "x-should-retry": "false" });
    const { engine: attached, api: server } = await lab([stop, made]);
    const created = attached.create(TYPES.namespace, urn(TYPES.namespace), inputs);
    await expect(created).rejects.toThrow("500 Internal Server Error");
    expect(server.seen.length).toBe(1);
  });

  it("is made again after a broken connection", async () => {
    const { engine: attached, clock } = await lab([reset, reset, made]);
    const created = await attached.create(TYPES.namespace, urn(TYPES.namespace), inputs);
    expect(created.id).toBe("n1");
    expect(clock.waits).toEqual([2_000, 4_000]);
  });

  it("ends after eleven attempts with the reason", async () => {
    const gone = await api([]);
    await gone.stop();
    const { port, clock } = await provider();
    const attached = await engine(port);
    await attached.configure({ baseUrl: `${gone.origin}/client/v4`, apiToken: TOKEN });
    const created = attached.create(TYPES.namespace, urn(TYPES.namespace), inputs);
    const host = gone.origin.replace("http://", "");
    await expect(created).rejects.toThrow(
      `failed to make http request: Post "${gone.origin}/client/v4/${NAMESPACES}": dial tcp ${host}: connect: connection refused`,
    );
    expect(clock.waits).toEqual([
      2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000, 30_000, 30_000,
    ]);
  });

  it("is not even made without its account", async () => {
    const { engine: attached, api: server } = await lab([]);
    const created = attached.create(TYPES.namespace, urn(TYPES.namespace), { accountId: "", title: "rooms" });
    await expect(created).rejects.toThrow(
      "failed to make http request: missing required account_id parameter",
    );
    expect(server.seen).toEqual([]);
  });

  it("drops a body that is not JSON from its text", async () => {
    const html = { http: `POST /client/v4/${NAMESPACES}`, status: 400, responseText: "<h1>no</h1>" };
    const { engine: attached } = await lab([html]);
    const created = attached.create(TYPES.namespace, urn(TYPES.namespace), inputs);
    await expect(created).rejects.toThrow(/400 Bad Request $/);
  });
});

describe("a call that nobody waits for any more", () => {
  it("ends, retries and all, when its engine dies", async () => {
    const hang: RecordedAnswer = { ...made, fault: "hang" };
    const { engine: attached, api: server, clock } = await lab([hang, made]);
    const running = attached.createAndDie(TYPES.namespace, urn(TYPES.namespace), inputs);
    await server.arrived(1);
    running.die();
    await server.abandoned(1);
    await attached.check(TYPES.namespace, urn(TYPES.namespace), inputs);
    expect(server.seen.length).toBe(1);
    expect(clock.waits).toEqual([]);
  });
});

describe("a call that succeeds", () => {
  it("counts by its status alone: `success: false` leaves the outputs out", async () => {
    const odd = { http: `PUT /client/v4/${SCRIPT}`, status: 200, response: { success: false, result: null } };
    const { engine: attached } = await lab([odd]);
    const script = {
      accountId: ACCOUNT,
      scriptName: "chat",
      content: "export default {}",
      mainModule: "w.mjs",
    };
    const { id, properties } = await attached.create(TYPES.script, urn(TYPES.script), script);
    expect(id).toBe("chat");
    expect(properties).toEqual({
      ...script,
      id: "chat",
      logpush: false,
      usageModel: "standard",
      compatibilityDate: "",
    });
  });

  it("may carry a script of several megabytes", async () => {
    const { engine: attached, api: server } = await lab([success(`PUT ${SCRIPT}`, { id: "chat" })]);
    const content = `export default {} // ${"x".repeat(6_000_000)}`;
    const script = { accountId: ACCOUNT, scriptName: "chat", content, mainModule: "w.mjs" };
    await attached.create(TYPES.script, urn(TYPES.script), script);
    expect(server.seen[0]?.body.length).toBeGreaterThan(6_000_000);
  });
});

describe("what the user is told", () => {
  it("is the failure twice, beside its resource, and the official warnings", async () => {
    const messages = await engineMessages();
    const server = await api([
      failure(`PUT ${SCRIPT}/schedules`, 400, 10_100),
      failure(`GET ${NAMESPACES}/n1`, 404, 10_013),
    ]);
    const { port } = await provider();
    const attached = await engine(port, messages.address);
    await attached.configure({ baseUrl: `${server.origin}/client/v4`, apiToken: TOKEN });
    const cron = { accountId: ACCOUNT, scriptName: "chat", schedules: [{ cron: "* * * * *" }] };
    await expect(attached.create(TYPES.cron, urn(TYPES.cron), cron)).rejects.toThrow("400 Bad Request");
    const gone = await attached.read(TYPES.namespace, urn(TYPES.namespace), "n1", { ...inputs, id: "n1" });
    expect(gone.id).toBe("");
    messages.stop();
    expect(messages.texts).toEqual([
      `${urn(TYPES.cron)}: [WARNING] This resource cannot be destroyed from Terraform. If you create this resource, it will be present in the API until manually deleted.: Resource Destruction Considerations`,
      expect.stringMatching(/: \[ERROR\] PUT ".*": 400 Bad Request \{.*\}: failed to make http request$/),
      `${urn(TYPES.namespace)}: [WARNING] The resource was not found on the server and will be removed from state.: Resource not found`,
    ]);
  });
});
