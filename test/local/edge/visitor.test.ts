import { describe, expect, it } from "vitest";
import { COLOS, DEFAULT_COLO } from "../../../local/edge/colos.ts";
import { forwardedHeaders } from "../../../local/edge/forwarded-headers.ts";
import { placeVisitor, requestCf } from "../../../local/edge/visitor.ts";

describe("where a visitor is", () => {
  it.each([
    ["chat.localhost:8787", undefined, { colo: DEFAULT_COLO, host: "chat.localhost" }],
    ["nrt--chat.localhost:8787", undefined, { colo: "NRT", host: "chat.localhost" }],
    ["nrt--chat.localhost", "gru", { colo: "GRU", host: "chat.localhost" }],
    ["nrt.localhost:8787", undefined, { colo: "NRT", host: "localhost" }],
    ["FRA.localhost", "gru", { colo: "GRU", host: "localhost" }],
    ["app.localhost", undefined, { colo: DEFAULT_COLO, host: "app.localhost" }],
    ["nrt.app.localhost", undefined, { colo: DEFAULT_COLO, host: "nrt.app.localhost" }],
    ["my--chat.localhost", undefined, { colo: DEFAULT_COLO, host: "my--chat.localhost" }],
    ["[::1]:8787", "FRA", { colo: "FRA", host: "[::1]" }],
    ["localhost", "XYZ", { unknownColo: "XYZ" }],
  ])("%s with header %s", (host, header, expected) => {
    expect(placeVisitor(host, header)).toEqual(expected);
  });

  it("request.cf has the coordinates as text and the European Union only inside it", () => {
    expect(requestCf("NRT", "1.1")).toMatchObject({
      colo: "NRT",
      country: "JP",
      continent: "AS",
      latitude: "35.76000",
      longitude: "140.39000",
      httpProtocol: "HTTP/1.1",
    });
    expect(requestCf("NRT", "1.1")).not.toHaveProperty("isEUCountry");
    expect(requestCf("FRA", "1.1")).toHaveProperty("isEUCountry", "1");
  });

  it("every colo of the table lies on the earth", () => {
    for (const [code, { latitude, longitude }] of Object.entries(COLOS)) {
      expect(code).toMatch(/^[A-Z]{3}$/);
      expect(Math.abs(latitude)).toBeLessThan(90);
      expect(Math.abs(longitude)).toBeLessThan(180);
    }
  });
});

describe("the headers that reach a Worker", () => {
  const arrival = { colo: "GRU", clientAddress: "127.0.0.1", httpVersion: "1.1", rayId: "0".repeat(16) };
  const forwarded = (raw: string[], upgrade = false) => {
    const flat = forwardedHeaders(raw, { ...arrival, upgrade });
    return new Map(
      flat.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), flat[index + 1]]] : [])),
    );
  };

  it("believe the edge and not the visitor", () => {
    const headers = forwarded([
      ...["MF-CF-Blob", '{"colo":"XXX"}', "CF-Connecting-IP", "6.6.6.6", "X-Forwarded-For", "6.6.6.6"],
      ...["MF-Route-Override", "other", "x-local-colo", "GRU", "Host", "chat.localhost", "X-Own", "1"],
    ]);
    expect(headers.get("cf-connecting-ip")).toBe("127.0.0.1");
    expect(headers.get("x-forwarded-for")).toBe("127.0.0.1");
    expect(JSON.parse(headers.get("mf-cf-blob") ?? "")).toMatchObject({ colo: "GRU", city: "São Paulo" });
    expect(headers.has("mf-route-override")).toBe(false);
    expect(headers.has("x-local-colo")).toBe(false);
    expect(headers.get("host")).toBe("chat.localhost");
    expect(headers.get("x-own")).toBe("1");
  });

  it("carry an upgrade through and drop other hop-by-hop headers", () => {
    const raw = ["Connection", "Upgrade", "Upgrade", "websocket", "Keep-Alive", "timeout=5"];
    expect([...forwarded(raw, true).keys()]).toEqual(expect.arrayContaining(["connection", "upgrade"]));
    expect(forwarded(raw, false).has("upgrade")).toBe(false);
    expect(forwarded(raw, true).has("keep-alive")).toBe(false);
  });

  it("are ASCII, whatever the city is called", () => {
    expect(forwarded([]).get("mf-cf-blob")).toMatch(/^[\x20-\x7e]+$/);
  });
});
