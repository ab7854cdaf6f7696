/** How the route tests speak to the Worker: as a client would, over its `fetch`. */
import { env, exports } from "cloudflare:workers";
import type { ChatConfig } from "../../../worker/bindings.ts";
import type { Env } from "../../../worker/env.ts";
import worker from "../../../worker/index.ts";

export const HOST = "chat.example.com";
export const ORIGIN = `https://${HOST}`;

export const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  exports.default.fetch(new Request(`${ORIGIN}${path}`, init));

/** The same Worker under other settings: everything that is not named stays as the tests' runtime bound it. */
export const askUnder = (
  settings: { readonly chat?: Partial<ChatConfig>; readonly bindings?: Partial<Record<keyof Env, unknown>> },
  path: string,
  init: RequestInit<IncomingRequestCfProperties> = {},
): Promise<Response> => {
  // Wrong values are what some tests are about, so the type is the runtime's word, not the compiler's.
  const bound = { ...env, CHAT: { ...env.CHAT, ...settings.chat }, ...settings.bindings } as Env;
  return worker.fetch(new Request(`${ORIGIN}${path}`, init), bound);
};

/** A room that no other test uses: storage is shared by the tests of a file. */
export const freshRoom = (): string => `room-${crypto.randomUUID()}`;

export const errorOf = async (response: Response): Promise<{ code: string; message: string }> =>
  (await response.json<{ error: { code: string; message: string } }>()).error;

export const admin = (): { Authorization: string } => ({ Authorization: `Bearer ${env.ADMIN_TOKEN}` });
