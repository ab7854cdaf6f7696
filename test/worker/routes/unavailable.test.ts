import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ChatRoom } from "../../../worker/objects/chat-room.ts";
import { callRoom, roomAddress } from "../../../worker/routes/room-stub.ts";
import { ask, errorOf, freshRoom } from "./http.ts";
import { accept, upgrade } from "./socket.ts";

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

describe("a call to a room", () => {
  const address = roomAddress(env, freshRoom());
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
});
