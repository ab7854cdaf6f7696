import { env } from "cloudflare:workers";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { ChatRoom } from "../../../worker/objects/chat-room.ts";
import { OBJECT_DEADLINE_MS } from "../../../worker/routes/call-object.ts";
import { callRoom } from "../../../worker/routes/room-stub.ts";
import { ask, errorOf, freshRoom } from "./http.ts";
import { accept, upgrade } from "./socket.ts";

/** How long a room may take to notice, ms. */
const PATIENCE = { timeout: 10_000, interval: 10 } as const;

/** Breaks the room objects: their calls throw until the end of the test, like those of an object with a bug. */
const breakRooms = () => {
  const failure = new Error("secret detail of the object");
  vi.spyOn(ChatRoom.prototype, "fetch").mockRejectedValue(failure);
  vi.spyOn(ChatRoom.prototype, "info").mockRejectedValue(failure);
};

afterEach(() => vi.restoreAllMocks());

describe("a room object that throws", () => {
  test("answers a read with 503, Retry-After and no detail", async () => {
    const room = freshRoom();
    breakRooms();
    const response = await ask(`/chat/${room}`);
    expect(response.status).toBe(503);
    expect(response.headers.get("Retry-After")).toBe("1");
    const error = await errorOf(response);
    expect(error.code).toBe("unavailable");
    expect(error.message).not.toContain("secret");
  });

  test("refuses a plain client with 503 and a v1 client with 4503 and the time to wait", async () => {
    const room = freshRoom();
    breakRooms();
    expect((await ask(`/chat/${room}`, upgrade())).status).toBe(503);
    const socket = accept(await ask(`/chat/${room}`, upgrade(["edge-chat.v1"])));
    expect(await socket.next("error")).toMatchObject({ code: "unavailable", retryAfterMs: 1000 });
    expect((await socket.closed()).code).toBe(4503);
  });
});

/** Room objects that are busy until the test lets go of them, and a Worker that loses patience after 20 ms. */
const hangRooms = () => {
  const busy = { done: false, answered: 0 };
  onTestFinished(() => {
    busy.done = true;
  });
  const { fetch, info } = ChatRoom.prototype;
  // Waits in steps, since a promise of the test may not be awaited inside an object.
  const released = async () => {
    while (!busy.done) await scheduler.wait(5);
  };
  vi.spyOn(ChatRoom.prototype, "fetch").mockImplementation(async function (this: ChatRoom, request) {
    await released();
    const response = await fetch.call(this, request);
    busy.answered = response.status;
    return response;
  });
  vi.spyOn(ChatRoom.prototype, "info").mockImplementation(async function (this: ChatRoom, request) {
    await released();
    return info.call(this, request);
  });
  const later = globalThis.setTimeout;
  vi.spyOn(globalThis, "setTimeout").mockImplementation((run: () => void, ms?: number) =>
    later(run, ms === OBJECT_DEADLINE_MS ? 20 : ms),
  );
  return busy;
};

test("a room object that cannot read what the Worker passes on is unavailable, to either kind of client", async () => {
  vi.spyOn(ChatRoom.prototype, "fetch").mockImplementation(async () => new Response("no", { status: 400 }));
  const plain = await ask(`/chat/${freshRoom()}`, upgrade());
  expect(plain.status).toBe(503);
  expect((await errorOf(plain)).code).toBe("unavailable");
  const socket = accept(await ask(`/chat/${freshRoom()}`, upgrade(["edge-chat.v1"])));
  expect(await socket.next("error")).toMatchObject({ code: "unavailable", retryAfterMs: 1000 });
  expect((await socket.closed()).code).toBe(4503);
});

describe("a room object that does not answer", () => {
  test("answers a read with 503 at the deadline, and tells when to try again", async () => {
    hangRooms();
    const response = await ask(`/chat/${freshRoom()}`);
    expect(response.status).toBe(503);
    expect(response.headers.get("Retry-After")).toBe("5");
    expect((await errorOf(response)).code).toBe("unavailable");
  });

  test("refuses a plain client with 503 and a v1 client with 4503 and the time to wait", async () => {
    hangRooms();
    expect((await ask(`/chat/${freshRoom()}`, upgrade())).status).toBe(503);
    const socket = accept(await ask(`/chat/${freshRoom()}`, upgrade(["edge-chat.v1"])));
    expect(await socket.next("error")).toMatchObject({ code: "unavailable", retryAfterMs: 5000 });
    expect((await socket.closed()).code).toBe(4503);
  });

  test.each([
    ["a plain client", [], 503],
    ["a v1 client", ["edge-chat.v1"], 101],
  ])("and lets %s in after it was refused soon sees that nobody is there", async (_, protocols, status) => {
    const room = freshRoom();
    const busy = hangRooms();
    const response = await ask(`/chat/${room}`, upgrade(protocols));
    expect(response.status).toBe(status);
    if (response.webSocket) await accept(response).closed();
    busy.done = true;
    await expect.poll(() => busy.answered, PATIENCE).toBe(101);
    const users = async () => (await (await ask(`/chat/${room}`)).json<{ users: number }>()).users;
    await expect.poll(users, PATIENCE).toBe(0);
  });
});

describe("a call to a room", () => {
  const address = { region: "weur", room: freshRoom() } as const;
  const failing = (...errors: object[]) => {
    const seen: unknown[] = [];
    return {
      seen,
      call: (stub: unknown) => {
        const flags = errors[seen.push(stub) - 1];
        return flags === undefined
          ? Promise.resolve("done")
          : Promise.reject(Object.assign(new Error("no"), flags));
      },
    };
  };

  test("is tried once more on a fresh stub when the platform calls the failure retryable", async () => {
    const { seen, call } = failing({ retryable: true });
    expect(await callRoom(env, address, call)).toBe("done");
    expect(seen).toHaveLength(2);
    expect(seen[0]).not.toBe(seen[1]);
  });

  test.each([
    ["a failure that is not retryable", [{}], 1, 1000],
    [
      "an overloaded object, which more calls would only load further",
      [{ retryable: true, overloaded: true }],
      1,
      5000,
    ],
    ["a second failure", [{ retryable: true }, { retryable: true }], 2, 1000],
    ["a retry that finds the object overloaded", [{ retryable: true }, { overloaded: true }], 2, 5000],
  ])("ends as unavailable after %s", async (_, errors, calls, retryAfterMs) => {
    const { seen, call } = failing(...errors);
    await expect(callRoom(env, address, call)).rejects.toMatchObject({
      code: "unavailable",
      details: { retryAfterMs },
    });
    expect(seen).toHaveLength(calls);
  });

  test("that never settles ends as unavailable at its deadline, without a second try", async () => {
    const call = vi.fn(() => new Promise<never>(() => {}));
    await expect(callRoom(env, address, call, { deadlineMs: 20 })).rejects.toMatchObject({
      code: "unavailable",
      details: { retryAfterMs: 5000 },
    });
    expect(call).toHaveBeenCalledTimes(1);
  });

  test("shares one deadline between its two tries", async () => {
    const call = vi
      .fn<() => Promise<never>>()
      .mockRejectedValueOnce(Object.assign(new Error("moved"), { retryable: true }))
      .mockReturnValueOnce(new Promise<never>(() => {}));
    await expect(callRoom(env, address, call, { deadlineMs: 20 })).rejects.toMatchObject({
      code: "unavailable",
    });
    expect(call).toHaveBeenCalledTimes(2);
  });
});
