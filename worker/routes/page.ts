/** `GET /`: the chat page, one HTML text that loads nothing else. */
import page from "virtual:page";
import type { Route } from "./route.ts";

/** The page talks to its own host alone. `'self'` does not cover `ws:` in every browser, so it is named. */
function contentSecurityPolicy({ protocol, host }: URL): string {
  const socket = `${protocol === "https:" ? "wss:" : "ws:"}//${host}`;
  return [
    "default-src 'none'",
    `script-src ${page.scriptHash}`,
    `style-src ${page.styleHash}`,
    `connect-src 'self' ${socket}`,
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // The page writes text nodes alone; with these the browser would stop a line that turns text into HTML.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

const matches = (header: string | null, etag: string): boolean =>
  (header ?? "").split(",").some((value) => ["*", etag].includes(value.trim().replace(/^W\//, "")));

export const chatPage: Route = ({ request, env }) => {
  const etag = `"${env.VERSION}"`;
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": contentSecurityPolicy(new URL(request.url)),
    // Kept, but asked about each time: a deploy shows at the next load.
    "Cache-Control": "public, no-cache",
    ETag: etag,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  };
  if (matches(request.headers.get("If-None-Match"), etag))
    return new Response(null, { status: 304, headers });
  return new Response(page.html, { headers });
};
