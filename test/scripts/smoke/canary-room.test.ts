import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { findCanaryRoom, roomsToAsk } from "../../../scripts/smoke/canary-room.ts";

let server: Server;
const asked: { room: string; override: string | undefined; token: string | undefined }[] = [];

/** A chat whose rooms answer as `answer` says. */
async function chat(answer: (count: number) => { status: number; version: string }): Promise<string> {
  asked.length = 0;
  server = createServer((request, response) => {
    const override = request.headers["cloudflare-workers-version-overrides"];
    asked.push({
      room: request.url ?? "",
      override: Array.isArray(override) ? override[0] : override,
      token: request.headers.authorization,
    });
    const { status, version } = answer(asked.length);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ version }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address is one
  return `http://127.0.0.1:${port}`;
}
afterEach(() => server.close());

const canary = { scriptName: "edge-chat-dev", versionId: "v-new", percentage: 5 };
const find = (url: string, ticketKey?: string) =>
  findCanaryRoom({ url, version: "new", canary, ticketKey }, 5, "new", Date.now());

describe("the room for a canary's test", () => {
  it("is one that says it runs the new version; each is asked through the new Worker", async () => {
    const url = await chat((count) => ({ status: 200, version: count === 17 ? "new" : "old" }));
    expect(await find(url)).toMatch(/^smoke-[0-9a-f]{12}$/);
    expect(asked.length).toBe(20);
    expect(new Set(asked.map(({ override }) => override))).toEqual(new Set(['edge-chat-dev="v-new"']));
  });

  it("is asked for with a ticket where the chat wants one", async () => {
    const url = await chat(() => ({ status: 200, version: "new" }));
    await find(url, "k".repeat(32));
    expect(asked.every(({ token }) => /^Bearer [\w-]+\.[\w-]+\.[\w-]+$/.test(token ?? ""))).toBe(true);
  });

  it("is not found when every room runs the old version", async () => {
    const url = await chat(() => ({ status: 200, version: "old" }));
    await expect(find(url)).rejects.toThrow(/none of 270 rooms runs version new, at 5 %/);
    expect(asked.length).toBe(roomsToAsk(5));
  });

  it("is not found when rooms fail, twice, and the answer is told", async () => {
    const url = await chat(() => ({ status: 503, version: "" }));
    await expect(find(url)).rejects.toThrow(/a new room answered 503/);
  });
});
