import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { ChatConfig } from "../../../worker/bindings.ts";
import { ChatRoom } from "../../../worker/objects/chat-room.ts";
import { decodeConnect } from "../../../worker/objects/contract.ts";
import { admin, askUnder, errorOf, freshRoom } from "./http.ts";
import { accept, type TestSocket, welcomeOf } from "./socket.ts";

const WORLD = { regions: ["weur", "enam", "apac"] } as const satisfies Partial<ChatConfig>;
const TOKYO = { latitude: "35.76000", longitude: "140.39000", continent: "AS" } as const;
const FRANKFURT = { latitude: "50.03000", longitude: "8.54000", continent: "EU" } as const;
const DULLES = { latitude: "38.94000", longitude: "-77.46000", continent: "NA" } as const;

type Cf = Partial<IncomingRequestCfProperties>;
const from = (cf: Cf, init: RequestInit = {}) =>
  ({ ...init, cf }) as RequestInit<IncomingRequestCfProperties>;

const join = async (room: string, cf: Cf, chat: Partial<ChatConfig> = WORLD): Promise<TestSocket> =>
  accept(
    await askUnder(
      { chat },
      `/chat/${room}?username=Ada`,
      from(cf, { headers: { Upgrade: "websocket", "Sec-WebSocket-Protocol": "edge-chat.v1" } }),
    ),
  );

/** Breaks the replicas of some regions until the end of the test. */
const breakRegions = (...broken: string[]) => {
  const { fetch, history } = ChatRoom.prototype;
  vi.spyOn(ChatRoom.prototype, "fetch").mockImplementation(async function (this: ChatRoom, request) {
    const region = decodeConnect(request.headers.get("x-edge-chat-connect"))?.region ?? "";
    if (broken.includes(region)) throw new Error("broken");
    return fetch.call(this, request);
  });
  vi.spyOn(ChatRoom.prototype, "history").mockImplementation(async function (this: ChatRoom, request) {
    if (broken.includes(request.region)) throw new Error("broken");
    return history.call(this, request);
  });
};

afterEach(() => vi.restoreAllMocks());

describe("a visitor", () => {
  test.each([
    ["Tokyo", TOKYO, "apac"],
    ["Frankfurt", FRANKFURT, "weur"],
    ["Dulles", DULLES, "enam"],
    ["Asia, without coordinates", { continent: "AS" } as const, "apac"],
    ["nowhere", {}, "weur"],
  ])("from %s is welcomed by the nearest region", async (_, cf, region) => {
    const socket = await join(freshRoom(), cf);
    expect((await welcomeOf(socket)).region).toBe(region);
    socket.close();
  });

  test("is served by the next nearest region when the nearest one fails", async () => {
    breakRegions("apac");
    const socket = await join(freshRoom(), TOKYO);
    expect((await welcomeOf(socket)).region).toBe("weur");
    socket.close();
  });

  test("is told to come back when two regions fail: nobody waits for a whole world", async () => {
    breakRegions("apac", "weur");
    const socket = await join(freshRoom(), TOKYO);
    expect(await socket.next("error")).toMatchObject({ code: "unavailable" });
    expect((await socket.closed()).code).toBe(4503);
  });

  test("is not sent to a closed region, however near", async () => {
    const socket = await join(freshRoom(), TOKYO, { ...WORLD, closedRegions: ["apac"] });
    expect((await welcomeOf(socket)).region).toBe("weur");
    socket.close();
  });

  test("who may not come in anywhere is refused by the nearest, and not taken further", async () => {
    const spy = vi.spyOn(ChatRoom.prototype, "fetch");
    spy.mockImplementation(async () =>
      Response.json({ code: "room_full", message: "Room full" }, { status: 429 }),
    );
    const socket = await join(freshRoom(), TOKYO);
    expect(await socket.next("error")).toMatchObject({ code: "room_full" });
    expect(spy).toHaveBeenCalledTimes(1);
  });
});

describe("what is asked of a room without joining it", () => {
  /** A room with one message, in Europe alone. */
  const european = async (): Promise<{ room: string; id: string }> => {
    const room = freshRoom();
    const socket = await join(room, FRANKFURT, { regions: ["weur"] });
    socket.send({ type: "chat_message", message: "Guten Tag" });
    const { id } = await socket.next("chat_message");
    socket.close();
    return { room, id: String(id) };
  };

  test("is found in whichever region it is: history", async () => {
    const { room } = await european();
    for (const cf of [TOKYO, FRANKFURT]) {
      const response = await askUnder({ chat: WORLD }, `/chat/${room}/messages`, from(cf));
      expect(await response.json()).toMatchObject({ messages: [{ message: "Guten Tag" }], more: false });
    }
  });

  test("is found in whichever region it is: a message to remove, and one that is nowhere", async () => {
    const { room, id } = await european();
    const remove = (which: string) =>
      askUnder(
        { chat: WORLD },
        `/chat/${room}/messages/${which}`,
        from(DULLES, { method: "DELETE", headers: admin() }),
      );
    expect((await remove("nothing-of-that-id")).status).toBe(404);
    expect((await remove(id)).status).toBe(200);
    const response = await askUnder({ chat: WORLD }, `/chat/${room}/messages`, from(TOKYO));
    expect(await response.json()).toEqual({ messages: [], more: false });
  });

  test("is answered although the nearest region fails, if another knows; else it may not be denied", async () => {
    const { room } = await european();
    breakRegions("apac");
    const known = await askUnder({ chat: WORLD }, `/chat/${room}/messages`, from(TOKYO));
    expect(await known.json()).toMatchObject({ messages: [{ message: "Guten Tag" }] });
    const unknown = await askUnder({ chat: WORLD }, `/chat/${freshRoom()}/messages`, from(TOKYO));
    expect(unknown.status).toBe(503);
    expect((await errorOf(unknown)).code).toBe("unavailable");
  });
});

test("with one region, a failure is not taken elsewhere", async () => {
  breakRegions("weur");
  const response = await askUnder(
    {},
    `/chat/${freshRoom()}`,
    from(TOKYO, { headers: { Upgrade: "websocket" } }),
  );
  expect(response.status).toBe(503);
  expect(env.CHAT.regions).toEqual(["weur"]);
});
