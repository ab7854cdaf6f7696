/** Who follows which script, from `POST …/tails` until the socket goes or the session expires. */
import type { TailEvent, TailFilter } from "./tail-event.ts";
import { wants } from "./tail-event.ts";

/** How long a tail session lives, in ms: Cloudflare gives six hours. */
const SESSION_MS = 6 * 60 * 60 * 1000;

export interface TailSession {
  readonly id: string;
  readonly script: string;
  readonly filters: readonly TailFilter[];
  readonly expiresAt: number;
}

export interface TailSocket {
  readonly send: (text: string) => void;
  readonly close: (code: number, reason: string) => void;
}

export class TailSessions {
  readonly #sessions = new Map<string, TailSession & { socket?: TailSocket }>();

  create(id: string, script: string, filters: readonly TailFilter[], now: number): TailSession {
    for (const [old, { expiresAt }] of this.#sessions) if (expiresAt <= now) this.#sessions.delete(old);
    const session = { id, script, filters, expiresAt: now + SESSION_MS };
    this.#sessions.set(id, session);
    return session;
  }

  list(script: string, now: number): TailSession[] {
    return [...this.#sessions.values()].filter(
      (session) => session.script === script && session.expiresAt > now,
    );
  }

  /** False when there is no such session, or it has expired. */
  attach(id: string, socket: TailSocket, now: number): boolean {
    const session = this.#sessions.get(id);
    if (session === undefined || session.expiresAt <= now) return false;
    session.socket?.close(1000, "replaced by another connection");
    session.socket = socket;
    return true;
  }

  detach(id: string, socket: TailSocket): void {
    if (this.#sessions.get(id)?.socket === socket) this.#sessions.delete(id);
  }

  remove(script: string, id: string): boolean {
    const session = this.#sessions.get(id);
    if (session === undefined || session.script !== script) return false;
    this.#sessions.delete(id);
    session.socket?.close(1000, "tail deleted");
    return true;
  }

  get listening(): boolean {
    for (const session of this.#sessions.values()) if (session.socket !== undefined) return true;
    return false;
  }

  publish(events: readonly TailEvent[]): void {
    for (const session of this.#sessions.values()) {
      for (const event of events)
        if (event.scriptName === session.script && wants(session.filters, event, Math.random()))
          session.socket?.send(JSON.stringify(event));
    }
  }

  closeAll(): void {
    for (const session of this.#sessions.values()) session.socket?.close(1001, "the local account stops");
    this.#sessions.clear();
  }
}
