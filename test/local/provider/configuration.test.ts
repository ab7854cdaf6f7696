import { describe, expect, it } from "vitest";
import { ACCOUNT, api, engine, failure, lab, provider, success, TOKEN, TYPES, urn } from "./lab.ts";

const NAMESPACES = `accounts/${ACCOUNT}/storage/kv/namespaces`;
const create = { accountId: ACCOUNT, title: "rooms" };

describe("the address that a provider is configured for", () => {
  it.each([
    "https://api.cloudflare.com/client/v4",
    "http://127.0.0.1.evil.example/client/v4",
    "http://localhost.evil.example/client/v4",
    "http://192.168.0.1/client/v4",
    "http://0.0.0.0:8780/client/v4",
    "ftp://127.0.0.1/client/v4",
    "not a url",
  ])("is refused with its value and the way out when it is %s", async (baseUrl) => {
    const { port } = await provider();
    const attached = await engine(port);
    const configured = attached.configure({ baseUrl, apiToken: TOKEN });
    await expect(configured).rejects.toThrow(baseUrl);
    await expect(attached.configure({ baseUrl })).rejects.toThrow("the official plugin is needed");
  });

  it("is Cloudflare's own when none is given, and so refused", async () => {
    const { port } = await provider();
    const attached = await engine(port);
    await expect(attached.configure({ apiToken: TOKEN })).rejects.toThrow("https://api.cloudflare.com");
  });

  it.each(["localhost", "127.0.0.1", "127.1.2.3", "[::1]"])("may be on %s", async (host) => {
    const { port } = await provider();
    const attached = await engine(port);
    const response = await attached.configure({ baseUrl: `http://${host}:8780/client/v4` });
    expect(response.getSupportspreview()).toBe(true);
  });

  it("may end with a slash", async () => {
    const server = await api([success(`POST ${NAMESPACES}`, { id: "n1", title: "rooms" })]);
    const { port } = await provider();
    const attached = await engine(port);
    await attached.configure({ baseUrl: `${server.origin}/client/v4/`, apiToken: TOKEN });
    await attached.create(TYPES.namespace, urn(TYPES.namespace), create);
    expect(server.unused()).toEqual([]);
  });
});

describe("credentials", () => {
  it("are checked in the official provider's words", async () => {
    const { port } = await provider();
    const attached = await engine(port);
    expect(await attached.checkConfig({ apiToken: "short" })).toMatchObject({
      reasons: [
        "could not validate provider configuration: Invalid Attribute Value. Attribute api_token API tokens must only contain characters a-z, A-Z, 0-9, hyphens and underscores. Examine values at 'cf.apiToken'.",
      ],
    });
    expect(await attached.checkConfig({ apiKey: "k" })).toMatchObject({
      reasons: [
        'could not validate provider configuration: Invalid Attribute Combination. Attribute "email" must be specified when "api_key" is specified. Examine values at \'cf.apiKey\'.',
      ],
    });
    expect((await attached.checkConfig({ apiToken: TOKEN })).reasons).toEqual([]);
  });

  it("come back marked as secrets", async () => {
    const { port } = await provider();
    const attached = await engine(port);
    const { inputs } = await attached.checkConfig({ apiToken: TOKEN, version: "6.22.1" });
    expect(inputs).toEqual({
      apiToken: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: TOKEN },
      version: "6.22.1",
    });
  });

  it("go out with every call, as a token or as key and email", async () => {
    const server = await api([failure(`POST ${NAMESPACES}`, 403), failure(`POST ${NAMESPACES}`, 403)]);
    const { port } = await provider();
    const attached = await engine(port);
    const baseUrl = `${server.origin}/client/v4`;
    for (const credentials of [{ apiToken: TOKEN }, { apiKey: "k", email: "a@example.com" }]) {
      await attached.configure({ baseUrl, ...credentials });
      const created = attached.create(TYPES.namespace, urn(TYPES.namespace), create);
      await expect(created).rejects.toThrow("403 Forbidden");
    }
    expect(server.seen[0]?.headers).toMatchObject({ authorization: `Bearer ${TOKEN}` });
    expect(server.seen[1]?.headers).toMatchObject({ "x-auth-key": "k", "x-auth-email": "a@example.com" });
    expect(server.seen[1]?.headers.authorization).toBeUndefined();
  });
});

describe("several engines on one provider", () => {
  it("each reach the account they are configured for", async () => {
    const [first, second] = [await api([success(`POST ${NAMESPACES}`, { id: "n1" })]), await api([])];
    const { port } = await provider();
    const [one, two] = [await engine(port), await engine(port)];
    await one.configure({ baseUrl: `${first.origin}/client/v4`, apiToken: TOKEN });
    await two.configure({ baseUrl: `${second.origin}/client/v4`, apiToken: TOKEN });
    const made = await one.create(TYPES.namespace, urn(TYPES.namespace), create);
    expect(made.id).toBe("n1");
    expect(second.seen).toEqual([]);
  });

  it("are not disturbed when one of them cancels", async () => {
    const hang = { ...success(`POST ${NAMESPACES}`, null), fault: "hang" as const };
    const server = await api([hang, success(`GET ${NAMESPACES}/n1`, { id: "n1", title: "rooms" })]);
    const { port } = await provider();
    const [one, two] = [await engine(port), await engine(port)];
    for (const attached of [one, two]) {
      await attached.configure({ baseUrl: `${server.origin}/client/v4`, apiToken: TOKEN });
    }
    const created = expect(one.create(TYPES.namespace, urn(TYPES.namespace), create)).rejects.toThrow(
      "context canceled",
    );
    await server.arrived(1);
    await one.cancel();
    await created;
    const read = await two.read(TYPES.namespace, urn(TYPES.namespace), `${ACCOUNT}/n1`).catch(String);
    expect(read).toContain("418"); // The import reads twice and the lab answers once: the second engine is alive.
    expect(server.seen.length).toBe(3);
  });

  it("may lose a connection: the configuration that all agree on holds for the new one", async () => {
    const { engine: first, api: server, port } = await lab([success(`POST ${NAMESPACES}`, { id: "n1" })]);
    const again = await engine(port);
    const made = await again.create(TYPES.namespace, urn(TYPES.namespace), create);
    expect(made.id).toBe("n1");
    expect(server.seen.length).toBe(1);
    await first.configure({ baseUrl: `${server.origin}/client/v4/other`, apiToken: TOKEN });
    const third = await engine(port);
    const unsure = third.create(TYPES.namespace, urn(TYPES.namespace), create);
    await expect(unsure).rejects.toThrow("not configured on this connection");
  });
});
