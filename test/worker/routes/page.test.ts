import { env } from "cloudflare:workers";
import page from "virtual:page";
import { describe, expect, test } from "vitest";
import { ask, askUnder, ORIGIN } from "./http.ts";

const directives = (response: Response): Map<string, string> =>
  new Map(
    (response.headers.get("Content-Security-Policy") ?? "").split("; ").map((directive) => {
      const [name = "", ...values] = directive.split(" ");
      return [name, values.join(" ")];
    }),
  );

const sha256 = async (text: string): Promise<string> => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`;
};

describe("the page", () => {
  test("is the bundled HTML", async () => {
    const response = await ask("/");
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
    expect(await response.text()).toBe(page.html);
  });

  test("may load nothing, talk to its own host alone, and be framed by nobody", async () => {
    const policy = directives(await ask("/"));
    expect(Object.fromEntries(policy)).toMatchObject({
      "default-src": "'none'",
      "connect-src": "'self' wss://chat.example.com",
      "img-src": "'self' data:",
      "base-uri": "'none'",
      "frame-ancestors": "'none'",
      "require-trusted-types-for": "'script'",
      "trusted-types": "'none'",
    });
    expect([...policy.values()].join(" ")).not.toMatch(/unsafe|\*|https?:/);
  });

  test("runs exactly the script and the style that it carries: their hashes match", async () => {
    const policy = directives(await ask("/"));
    const [, script = ""] = /<script[^>]*>([\s\S]*?)<\/script>/.exec(page.html) ?? [];
    const [, style = ""] = /<style[^>]*>([\s\S]*?)<\/style>/.exec(page.html) ?? [];
    expect(policy.get("script-src")).toBe(await sha256(script));
    expect(policy.get("style-src")).toBe(await sha256(style));
  });

  test("tells browsers to guess no type, send no referrer and share no window", async () => {
    const { headers } = await ask("/");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("Referrer-Policy")).toBe("no-referrer");
    expect(headers.get("Cross-Origin-Opener-Policy")).toBe("same-origin");
  });

  test("is asked about at each load, and not sent again while the version is the same", async () => {
    const first = await ask("/");
    const etag = first.headers.get("ETag") ?? "";
    expect(etag).toBe(`"${env.VERSION}"`);
    expect(first.headers.get("Cache-Control")).toContain("no-cache");
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await ask("/", { headers: { "If-None-Match": known } });
      expect(again.status).toBe(304);
      expect(await again.text()).toBe("");
    }
    expect((await ask("/", { headers: { "If-None-Match": '"other"' } })).status).toBe(200);
  });

  test("uses ws: where it was loaded without TLS", async () => {
    const { exports } = await import("cloudflare:workers");
    const response = await exports.default.fetch(new Request("http://localhost:8787/"));
    expect(directives(response).get("connect-src")).toBe("'self' ws://localhost:8787");
  });

  test("answers HEAD without a body", async () => {
    const response = await ask("/", { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });

  test("opens without a ticket, so that it can say that one is needed", async () => {
    expect((await askUnder({ chat: { access: "ticket" } }, "/")).status).toBe(200);
  });
});

describe("health", () => {
  test("names the version, the time and the edge, and is never cached", async () => {
    const before = Date.now();
    const response = await askUnder({}, "/api/health", {
      cf: { colo: "NRT" } as Partial<IncomingRequestCfProperties> as IncomingRequestCfProperties,
    });
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    const body = await response.json<{ timestamp: number }>();
    expect(body).toMatchObject({ status: "healthy", edge: "NRT", version: env.VERSION });
    expect(body.timestamp).toBeGreaterThanOrEqual(before);
  });

  test("says unknown where no edge is named", async () => {
    expect(await (await ask("/api/health")).json()).toMatchObject({ edge: "unknown" });
    expect((await ask("/api/health/", { headers: { Origin: ORIGIN } })).status).toBe(200);
  });
});
