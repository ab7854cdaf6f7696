import { describe, expect, test } from "vitest";
import { type Gate, isAdmitted, knownUser, prove } from "../../../worker/identity/identify.ts";
import { signSession } from "../../../worker/identity/session.ts";
import { ticketUserId } from "../../../worker/identity/ticket.ts";
import { signJwt } from "./tokens.ts";

const NOW = 1_700_000_000;
const KEY = "ticket-key-0123456789-0123456789-01";
const sessionKeys = { current: "current-key-0123456789-0123456789-0", previous: undefined };
const open: Gate = { access: "open", sessionKeys, ticketKey: undefined };
const ticketed: Gate = { access: "ticket", sessionKeys, ticketKey: KEY };
const nothing = { v1: true, session: undefined, ticket: undefined, bearer: undefined };

const session = (over: object = {}) =>
  signSession({ userId: "u1", username: "Ada", room: "lobby", ticketed: false, ...over }, sessionKeys, NOW);
const ticket = (over: object = {}) =>
  signJwt({ sub: "ada", name: "Ada", room: "lobby", exp: NOW + 60, ...over }, KEY);

describe("in an open chat", () => {
  test("a stranger is admitted and unknown", async () => {
    const proof = await prove(nothing, open, "lobby", NOW);
    expect(isAdmitted(proof, "open")).toBe(true);
    expect(knownUser(proof)).toBeUndefined();
  });

  test("a session makes its bearer the same user, who resumes", async () => {
    const proof = await prove({ ...nothing, session: await session() }, open, "lobby", NOW);
    expect(knownUser(proof)).toMatchObject({
      userId: "u1",
      username: "Ada",
      resuming: true,
      ticketed: false,
    });
  });

  test("a session of another room is none", async () => {
    const proof = await prove({ ...nothing, session: await session({ room: "other" }) }, open, "lobby", NOW);
    expect(knownUser(proof)).toBeUndefined();
    expect(isAdmitted(proof, "open")).toBe(true);
  });
});

describe("in a chat with tickets", () => {
  const admitted = async (offered: object, room: string | undefined = "lobby") =>
    isAdmitted(await prove({ ...nothing, ...offered }, ticketed, room, NOW), "ticket");

  test("nothing at all is not enough", async () => expect(await admitted({})).toBe(false));
  test("a ticket is", async () => expect(await admitted({ ticket: await ticket() })).toBe(true));
  test("a ticket of another room is not", async () =>
    expect(await admitted({ ticket: await ticket({ room: "other" }) })).toBe(false));
  test("a session that began with a ticket is", async () =>
    expect(await admitted({ session: await session({ ticketed: true }) })).toBe(true));
  test("a session from before tickets were asked for is not", async () =>
    expect(await admitted({ session: await session() })).toBe(false));
  test("an expired ticket beside a good session is: the client reconnects", async () =>
    expect(
      await admitted({ ticket: await ticket({ exp: NOW - 60 }), session: await session({ ticketed: true }) }),
    ).toBe(true));
  test("a bearer token counts as either", async () => {
    expect(await admitted({ bearer: await ticket() })).toBe(true);
    expect(await admitted({ bearer: await session({ ticketed: true }) })).toBe(true);
  });
  test("a ticket of any room opens what names no room", async () => {
    const proof = await prove(
      { ...nothing, ticket: await ticket({ room: "other" }) },
      ticketed,
      undefined,
      NOW,
    );
    expect(isAdmitted(proof, "ticket")).toBe(true);
  });

  test("a ticket and a session of one user resume under the ticket's name", async () => {
    const userId = await ticketUserId("ada");
    const proof = await prove(
      {
        ...nothing,
        ticket: await ticket({ name: "Countess" }),
        session: await session({ userId, ticketed: true }),
      },
      ticketed,
      "lobby",
      NOW,
    );
    expect(knownUser(proof)).toEqual({ userId, username: "Countess", ticketed: true, resuming: true });
  });

  test("a ticket decides over the session of someone else", async () => {
    const proof = await prove(
      { ...nothing, ticket: await ticket(), session: await session({ ticketed: true }) },
      ticketed,
      "lobby",
      NOW,
    );
    expect(knownUser(proof)).toMatchObject({ userId: await ticketUserId("ada"), resuming: false });
  });
});
