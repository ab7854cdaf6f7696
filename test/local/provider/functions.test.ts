import { describe, expect, it } from "vitest";
import { ACCOUNT, failure, lab, success } from "./lab.ts";

const GET_ZONE = "cloudflare:index/getZone:getZone";
const GET_ZONES = "cloudflare:index/getZones:getZones";
const GET_SCRIPTS = "cloudflare:index/getWorkersScripts:getWorkersScripts";
const zone = (id: string) => ({
  id,
  name: "localhost",
  created_on: "2026-01-01T00:00:00.5Z",
  tenant: { id: null },
});

describe("getZone", () => {
  it("finds the one zone of a name and reads it", async () => {
    const { engine } = await lab([
      success("GET zones?name=localhost", [zone("z1")]),
      success("GET zones/z1", zone("z1")),
    ]);
    expect(await engine.invoke(GET_ZONE, { filter: { name: "localhost" } })).toEqual({
      id: "z1",
      zoneId: "z1",
      name: "localhost",
      createdOn: "2026-01-01T00:00:00Z",
      tenant: {},
      filter: { name: "localhost" },
    });
  });

  it.each([
    [0, []],
    [2, [zone("z1"), zone("z2")]],
  ])("fails when %i zones match", async (count, zones) => {
    const { engine } = await lab([success("GET zones?name=localhost", zones)]);
    const found = engine.invoke(GET_ZONE, { filter: { name: "localhost" } });
    await expect(found).rejects.toThrow(`failed to find exactly one result: ${count} found`);
  });

  it("fails with the API's answer for a wrong token", async () => {
    const { engine } = await lab([failure("GET zones/z1", 403)]);
    await expect(engine.invoke(GET_ZONE, { zoneId: "z1" })).rejects.toThrow('zones/z1": 403 Forbidden');
  });
});

describe("getZones", () => {
  it("asks for pages until one is empty", async () => {
    const { engine, api } = await lab([
      success("GET zones?name=localhost", [zone("z1")]),
      success("GET zones?name=localhost&page=2", [zone("z2")]),
      success("GET zones?name=localhost&page=3", []),
    ]);
    const { results } = await engine.invoke(GET_ZONES, { name: "localhost" });
    expect(results).toMatchObject([{ id: "z1" }, { id: "z2" }]);
    expect(api.unused()).toEqual([]);
  });
});

describe("getWorkersScripts", () => {
  it("tells the live migration tag and etag of every script with one call", async () => {
    const script = {
      id: "chat",
      migration_tag: "v2",
      etag: "e1",
      modified_on: "2026-01-01T00:00:01.1Z",
      tail: null,
    };
    const { engine, api } = await lab([success(`GET accounts/${ACCOUNT}/workers/scripts`, [script])]);
    expect(await engine.invoke(GET_SCRIPTS, { accountId: ACCOUNT })).toEqual({
      accountId: ACCOUNT,
      results: [{ id: "chat", migrationTag: "v2", etag: "e1", modifiedOn: "2026-01-01T00:00:01Z" }],
    });
    expect(api.seen.length).toBe(1);
  });
});
