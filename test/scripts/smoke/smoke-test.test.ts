import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { smokeTest } from "../../../scripts/smoke/smoke-test.ts";
import { RealChat } from "../../client/real-chat.ts";

const chat = new RealChat();
const terse = new RealChat({ limits: { messageLength: 5, messagesPerMinute: 1 } });
const ticketed = new RealChat({ access: "ticket" });
let server: Server | undefined;

/** Something else that answers every request. */
async function somethingElse(status: number, body: string): Promise<string> {
  server = createServer((_, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has no other kind of address
  return `http://127.0.0.1:${port}`;
}
const stopServer = () => new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));

beforeAll(async () => {
  await Promise.all([chat.start(), terse.start(), ticketed.start()]);
});
afterAll(() => Promise.all([chat.dispose(), terse.dispose(), ticketed.dispose()]));
afterEach(async () => {
  await stopServer();
  server = undefined;
});

describe("a smoke test", () => {
  it("passes where two clients chat, a resume replays, and health names a version", async () => {
    const { version, lines } = await smokeTest({ url: chat.url, version: undefined });
    expect(lines).toEqual([
      `health names version ${version.slice(0, 12)}`,
      expect.stringMatching(/^two clients exchanged "hello from the smoke test" in \d+ ms$/),
      'a resume replayed "said while the other was away"',
    ]);
  });

  it("keeps within the room's limits: short messages, and no more than a user may write", async () => {
    const { lines } = await smokeTest({ url: terse.url, version: undefined });
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^two clients exchanged "hello" in \d+ ms$/),
      "a resume was not tried: a user may write once a minute",
    ]);
  });

  it("fails with the version that still answers, where another one was deployed", async () => {
    await expect(smokeTest({ url: chat.url, version: "the-new-one" }, 0)).rejects.toThrow(
      /^health still names version \S+, deployed was the-new-one$/,
    );
  });

  it("fails where nothing answers, naming the address", async () => {
    const url = await somethingElse(200, "");
    await stopServer();
    await expect(smokeTest({ url, version: undefined })).rejects.toThrow(`${url}/api/health does not answer`);
  });

  it("waits for an address that is new: it may be silent for a while", async () => {
    const url = await somethingElse(200, "");
    const { port } = new URL(url);
    await stopServer();
    const tested = smokeTest({ url, version: "new", fresh: true, closed: true });
    const body = JSON.stringify({ status: "healthy", version: "new" });
    server = createServer((_, response) => response.end(body)).listen(Number(port), "127.0.0.1");
    expect((await tested).lines[0]).toBe("health names version new");
  });

  it.each([
    [404, "Not Found"],
    [200, "<html>"],
    [200, '{"status":"ill","version":"1"}'],
    [500, '{"status":"healthy","version":"1"}'],
  ])("fails where a %i says %s: that is no healthy chat", async (status, body) => {
    const url = await somethingElse(status, body);
    await expect(smokeTest({ url, version: undefined })).rejects.toThrow(
      `${url}/api/health answered ${status}, not a healthy chat`,
    );
  });

  it("fails with the room's own words where it may not come in", async () => {
    await expect(smokeTest({ url: ticketed.url, version: undefined })).rejects.toThrow(
      /the room refused the connection: .*ticket/,
    );
  });
});
