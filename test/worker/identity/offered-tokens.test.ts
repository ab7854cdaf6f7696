import { expect, test } from "vitest";
import { readOffered, TOKEN_MAX } from "../../../worker/identity/offered-tokens.ts";

const read = (headers: Record<string, string>, query = "") =>
  readOffered(new Headers(headers), new URLSearchParams(query));

test("a client that offers nothing is plain and carries no token", () => {
  expect(read({})).toEqual({ v1: false, session: undefined, ticket: undefined, bearer: undefined });
});

test("v1 is recognised among other subprotocols, and only in full", () => {
  expect(read({ "Sec-WebSocket-Protocol": "chat, edge-chat.v1" }).v1).toBe(true);
  expect(read({ "Sec-WebSocket-Protocol": "edge-chat.v10, xedge-chat.v1" }).v1).toBe(false);
});

test("tokens come from subprotocols, which win over the query", () => {
  const offered = read(
    { "Sec-WebSocket-Protocol": "edge-chat.v1, session.aaa.bbb.ccc,ticket.ddd" },
    "session=query&ticket=query",
  );
  expect(offered).toMatchObject({ v1: true, session: "aaa.bbb.ccc", ticket: "ddd" });
});

test("clients that cannot offer subprotocols use the query", () => {
  expect(read({}, "session=s&ticket=t")).toMatchObject({ session: "s", ticket: "t" });
});

test("a bearer token is read from Authorization, whatever the case of the scheme", () => {
  expect(read({ Authorization: "bearer abc" }).bearer).toBe("abc");
  expect(read({ Authorization: "Basic abc" }).bearer).toBeUndefined();
});

test("empty and oversized tokens count as none", () => {
  expect(read({}, `session=&ticket=${"x".repeat(TOKEN_MAX + 1)}`)).toMatchObject({
    session: undefined,
    ticket: undefined,
  });
});
