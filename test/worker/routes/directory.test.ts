import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { DIRECTORY_PREFIX, type DirectoryEntry } from "../../../worker/objects/contract.ts";
import { signJwt } from "../identity/tokens.ts";
import { ask, askUnder, errorOf } from "./http.ts";

interface Page {
  readonly rooms: readonly (DirectoryEntry & { readonly room: string })[];
  readonly cursor?: string;
}

const entry: DirectoryEntry = { users: 3, regions: ["weur"], updatedAt: 1_700_000_000_000 };
const names = Array.from({ length: 5 }, (_, index) => `dir-${index}`);

beforeAll(async () => {
  for (const name of names) await env.DIRECTORY.put(DIRECTORY_PREFIX + name, "", { metadata: entry });
  await env.DIRECTORY.put("other/thing", "", { metadata: entry });
  await env.DIRECTORY.put(`${DIRECTORY_PREFIX}from-another-version`, "", { metadata: { people: 3 } });
  await env.DIRECTORY.put(`${DIRECTORY_PREFIX}without-facts`, "");
});

const read = async (query = ""): Promise<Page> => (await ask(`/api/rooms${query}`)).json<Page>();
const ours = (page: Page) => page.rooms.filter(({ room }) => room.startsWith("dir-"));

describe("the directory", () => {
  test("lists each room with its facts, and nothing that is no room", async () => {
    const page = await read();
    expect(ours(page)).toEqual(names.map((room) => ({ room, ...entry })));
    expect(page.rooms.map(({ room }) => room)).not.toContain("without-facts");
    expect(page.rooms.map(({ room }) => room)).not.toContain("from-another-version");
    expect(page.cursor).toBeUndefined();
  });

  test("comes in pages that together are the whole", async () => {
    const seen: string[] = [];
    let query = "?limit=2";
    for (let pages = 0; pages < 20; pages++) {
      const page = await read(query);
      expect(page.rooms.length).toBeLessThanOrEqual(2);
      seen.push(...ours(page).map(({ room }) => room));
      if (page.cursor === undefined) break;
      query = `?limit=2&cursor=${encodeURIComponent(page.cursor)}`;
    }
    expect(seen).toEqual(names);
  });

  test.each([
    ["limit=0", /from 1 to 100/],
    ["limit=101", /from 1 to 100/],
    ["limit=many", /whole number/],
    ["cursor=", /Start again without it/],
    [`cursor=${"x".repeat(3000)}`, /Start again without it/],
  ])("refuses %.20s with what is allowed", async (query, message) => {
    const response = await ask(`/api/rooms?${query}`);
    expect(response.status).toBe(400);
    expect((await errorOf(response)).message).toMatch(message);
  });

  test("needs a ticket where tickets are asked for, of whichever room", async () => {
    const chat = { access: "ticket" } as const;
    const refused = await askUnder({ chat }, "/api/rooms");
    expect(refused.status).toBe(401);
    expect((await errorOf(refused)).code).toBe("bad_ticket");
    const exp = Math.floor(Date.now() / 1000) + 60;
    const ticket = await signJwt({ sub: "ada", name: "Ada", room: "any", exp }, String(env.TICKET_KEY));
    expect((await askUnder({ chat }, `/api/rooms?ticket=${ticket}`)).status).toBe(200);
    const headers = { Authorization: `Bearer ${ticket}` };
    expect((await askUnder({ chat }, "/api/rooms", { headers })).status).toBe(200);
  });
});
