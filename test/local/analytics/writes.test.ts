import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, startTestAccount, type TestAccount } from "../test-account.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount();
  const bindings = [{ type: "analytics_engine", name: "POINTS", dataset: "points" }];
  await account.upload("writer", WRITER, { bindings });
  await account.call("POST", "A/workers/scripts/writer/subdomain", { enabled: true });
});
afterAll(() => account.remove());

/** Evaluates nothing: the path names one of the points below. */
const WRITER = `const bytes = new TextEncoder().encode("bytes");
const POINTS = {
  full: { indexes: ["i".repeat(96)], blobs: Array(20).fill("b"), doubles: Array(20).fill(1.5) },
  kinds: { blobs: [bytes, null, "text", 7], doubles: [true, 2] },
  nothing: undefined,
  "blobs-21": { blobs: Array(21).fill("") },
  "doubles-21": { doubles: Array(21).fill(0) },
  "indexes-2": { indexes: ["a", "b"] },
  "index-97": { indexes: ["ä".repeat(49)] },
  "blobs-16384": { indexes: ["biggest"], blobs: ["x".repeat(16000), "y".repeat(384)] },
  "blobs-16385": { blobs: ["x".repeat(16000), "y".repeat(385)] },
};
export default { fetch(request, env) {
  try {
    const returned = env.POINTS.writeDataPoint(POINTS[new URL(request.url).pathname.slice(1)]);
    return new Response(String(returned));
  } catch (error) { return new Response(error.name + ": " + error.message); }
} };`;

const write = async (point: string) => (await account.visit("writer.local.localhost", `/${point}`)).text();

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const response = await post(sql);
  return (JSON.parse(await response.text()) as { data: Record<string, unknown>[] }).data; // the documented format
}

const post = (sql: string) =>
  fetch(`${account.apiUrl}/accounts/${account.accountId}/analytics_engine/sql`, {
    method: "POST",
    headers: { authorization: `Bearer ${account.apiToken}` },
    body: sql,
  });

describe("writeDataPoint", () => {
  it("keeps a point at every limit, and returns nothing rather than a promise", async () => {
    expect(await write("full")).toBe("undefined");
    expect(await write("blobs-16384")).toBe("undefined");
    await eventually(async () =>
      expect(
        await query("SELECT length(index1) AS i, blob20, double20 FROM points WHERE index1 != 'biggest'"),
      ).toEqual([{ i: "96", blob20: "b", double20: 1.5 }]),
    );
    await eventually(async () =>
      expect(
        await query("SELECT length(blob1) + length(blob2) AS n FROM points WHERE index1 = 'biggest'"),
      ).toEqual([{ n: "16384" }]),
    );
  });

  it.each([
    ["blobs-21", "TypeError: writeDataPoint(): Maximum of 20 blobs supported."],
    ["doubles-21", "TypeError: writeDataPoint(): Maximum of 20 doubles supported."],
    ["indexes-2", "TypeError: writeDataPoint(): Maximum of 1 indexes supported."],
    ["index-97", "TypeError: writeDataPoint(): Size of indexes[0] exceeds 96 bytes)."],
    ["blobs-16385", "TypeError: writeDataPoint(): Cumulative size of blobs exceeds 16384 bytes)."],
  ])("refuses %s in the runtime's own words", async (point, words) => {
    expect(await write(point)).toBe(words);
  });

  it("takes bytes, numbers and holes as the runtime does, and a call without a point", async () => {
    await write("kinds");
    await write("nothing");
    await eventually(async () =>
      expect(
        await query(
          "SELECT blob1, blob2, blob3, blob4, double1, double2 FROM points WHERE index1 = '' ORDER BY double2 DESC",
        ),
      ).toEqual([
        { blob1: "bytes", blob2: "", blob3: "text", blob4: "7", double1: 1, double2: 2 },
        { blob1: "", blob2: "", blob3: "", blob4: "", double1: 0, double2: 0 },
      ]),
    );
  });
});

describe("the SQL endpoint", () => {
  it("answers without an envelope, and refuses with 422 and the reason as text", async () => {
    const good = await post("SELECT 'Hello Workers Analytics Engine' AS message");
    expect(good.headers.get("content-type")).toContain("application/json");
    expect(await good.json()).toMatchObject({
      data: [{ message: "Hello Workers Analytics Engine" }],
      rows: 1,
    });
    const bad = await post("SELECT uniq(blob1) FROM points");
    expect(bad.status).toBe(422);
    expect(await bad.text()).toBe("Input was invalid: unsupported function: uniq");
  });
});
