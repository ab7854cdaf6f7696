import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { roomDataPoint } from "../../worker/metrics.ts";
import { Counters } from "../../worker/room/counters.ts";
import { IsolatedChat } from "./support/isolated-chat.ts";
import { within } from "./support/within.ts";

const LIMIT_MS = 30_000;
const chat = new IsolatedChat();
beforeAll(async () => {
  await chat.startAccount();
  await chat.mustNpm("up", "local", "--yes");
});
afterAll(() => chat.dispose());

describe("npm run tail", () => {
  test("shows one room's requests and log lines, and none of another room", async () => {
    const tail = chat.start("tail", "local", "--room", "lobby");
    await within(LIMIT_MS, "the tail to start", async () => tail.output().includes("Logs of") || undefined);
    const { edgeUrl } = chat.account;
    await within(LIMIT_MS, "both rooms' lines", async () => {
      for (const room of ["cats", "lobby"]) {
        const socket = new WebSocket(`${edgeUrl.replace("http", "ws")}/chat/${room}`);
        await new Promise((resolve) => socket.addEventListener("message", resolve, { once: true }));
        socket.close();
      }
      const output = tail.output();
      const joined = /ChatRoom[^\n]*\n[^\n]*"joined"[^\n]*"room":"lobby"/.test(output);
      // The request's own line comes when the request is over, which may be after the room's.
      return (joined && output.includes("GET /chat/lobby")) || undefined;
    });
    expect(tail.output()).not.toContain("cats");
    tail.child.kill("SIGTERM");
    expect(await tail.ended).toBe(0);
  });
});

describe("npm run query", () => {
  const Answer = z.object({ objects: z.array(z.object({ object: z.string(), tables: z.unknown() })) });

  test("shows what each region of a room has stored, and answers a query", async () => {
    const { edgeUrl } = chat.account;
    const socket = new WebSocket(`${edgeUrl.replace("http", "ws")}/chat/stored?username=Ada`);
    await new Promise<void>((resolve) => {
      socket.addEventListener("message", ({ data }) => {
        if (data.includes('"welcome"'))
          socket.send(JSON.stringify({ type: "chat_message", message: "keep me" }));
        if (data.includes("keep me")) resolve();
      });
    });
    socket.close();
    const overview = await chat.mustNpm("query", "local", "stored");
    expect(overview).toMatch(/entries\W+1\b/);
    expect(overview).toContain("keep me");
    expect(overview).toContain("nothing stored");
    const sql = "SELECT username, message FROM entries";
    const { objects } = Answer.parse(
      JSON.parse(await chat.mustNpm("query", "local", "stored", sql, "--region", "weur", "--json")),
    );
    expect(objects).toEqual([{ object: "region weur", tables: [[{ username: "Ada", message: "keep me" }]] }]);
    const hub = await chat.mustNpm("query", "local", "stored", "--hub");
    expect(hub).toContain("── hub");
  });

  test("a wrong query is refused in SQLite's words, and one that writes before it is sent", async () => {
    const wrong = await chat.npm("query", "local", "stored", "SELECT mood FROM entries", "--region", "weur");
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain("no such column: mood");
    const writes = await chat.npm("query", "local", "stored", "DELETE FROM entries");
    expect(writes.code).toBe(1);
    expect(writes.stderr).toContain("does not only read");
  });
});

describe("npm run metrics", () => {
  const Report = z.object({
    dataset: z.string(),
    steps: z.array(z.object({ users: z.number(), rooms: z.number(), messagesPerSecond: z.number() })),
  });

  test("before the first point it says that there is none", async () => {
    expect(await chat.mustNpm("metrics", "local", "--since", "5m")).toContain("No data points");
  });

  test("draws what the rooms wrote, and gives the same as JSON", async () => {
    await writePoint();
    const report = await within(LIMIT_MS, "the point", async () => {
      const { dataset, steps } = Report.parse(
        JSON.parse(await chat.mustNpm("metrics", "local", "--since", "5m", "--json")),
      );
      expect(dataset).toBe("edge_chat_local");
      return steps.find(({ users }) => users > 0);
    });
    expect(report).toMatchObject({ users: 7, rooms: 1, messagesPerSecond: 2 });
    const drawn = await chat.mustNpm("metrics", "local", "--since", "5m");
    expect(drawn).toMatch(/users: \d+ now, 7 at most/);
    expect(drawn).toContain("█");
  });

  test("while no account runs it says how to start it", async () => {
    await chat.killAccount();
    const answer = await chat.npm("metrics", "local");
    expect(answer.code).toBe(1);
    expect(answer.stderr).toMatch(/not running.*npm start/);
  });
});

/** A room writes a minute after its first event: here another Worker writes a room's point into the same dataset. */
async function writePoint(): Promise<void> {
  const counters = new Counters(undefined);
  counters.add("accepted", 120);
  const facts = {
    room: "lobby",
    region: "weur",
    version: "v",
    users: 7,
    connections: 7,
    counts: counters.take(),
  };
  const source = `export default { fetch(request, env) {
    env.POINTS.writeDataPoint(${JSON.stringify(roomDataPoint(facts))});
    return new Response("written");
  } };`;
  const form = new FormData();
  form.set("index.mjs", new File([source], "index.mjs", { type: "application/javascript+module" }));
  const bindings = [{ type: "analytics_engine", name: "POINTS", dataset: "edge_chat_local" }];
  form.set(
    "metadata",
    JSON.stringify({ main_module: "index.mjs", compatibility_date: "2026-08-01", bindings }),
  );
  const { apiUrl, accountId, apiToken, zoneId, edgeUrl } = chat.account;
  const send = async (place: string, init: RequestInit) => {
    const headers = { authorization: `Bearer ${apiToken}` };
    expect((await fetch(`${apiUrl}${place}`, { ...init, headers })).status).toBe(200);
  };
  await send(`/accounts/${accountId}/workers/scripts/writer`, { method: "PUT", body: form });
  const route = JSON.stringify({ pattern: "localhost/write-a-point", script: "writer" });
  await send(`/zones/${zoneId}/workers/routes`, { method: "POST", body: route });
  const answer = await fetch(`${edgeUrl.replace("127.0.0.1", "localhost")}/write-a-point`);
  expect(await answer.text()).toBe("written");
}
