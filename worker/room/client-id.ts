/** `clientId`: `<creation ms in base36>-<8..48 of A-Za-z0-9_->`, chosen by the client, creation by the server's clock. */
import { CLOCK_TOLERANCE_MS, RESEND_WINDOW_MS } from "./limits.ts";

const SHAPE = /^([0-9a-z]{1,10})-[A-Za-z0-9_-]{8,48}$/;

/**
 * Whether a message under this id may still be taken. `malformed` also for one from the future: its first copy would
 * be trimmed before the id grows too old to be sent again.
 */
export function judgeClientId(clientId: string, now: number): "fine" | "malformed" | "too_old" {
  const created = SHAPE.exec(clientId)?.[1];
  if (created === undefined) return "malformed";
  const ms = Number.parseInt(created, 36);
  if (ms > now + CLOCK_TOLERANCE_MS) return "malformed";
  return ms < now - RESEND_WINDOW_MS ? "too_old" : "fine";
}
