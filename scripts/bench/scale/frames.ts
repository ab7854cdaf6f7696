/** The WebSocket frames of a client that is as cheap as it can be: texts, no extensions, a mask of zeros. */

const LENGTH_16 = 126;
const LENGTH_64 = 127;
const TEXT = 0x81;
const MASKED = 0x80;
const CLOSE = 8;

export function clientFrame(text: string): Buffer {
  const body = Buffer.from(text);
  const long = body.length >= LENGTH_16;
  const head = Buffer.alloc(long ? 8 : 6);
  head[0] = TEXT;
  head[1] = MASKED | (long ? LENGTH_16 : body.length);
  if (long) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}

/** Takes what comes in on a socket apart: the answer to the upgrade first, then frames. */
export class FrameReader {
  refusal = "";
  readonly #heard: (text: string) => void;
  #kept: Buffer = Buffer.alloc(0);
  #open = false;

  constructor(heard: (text: string) => void) {
    this.#heard = heard;
  }

  /** False when the upgrade was refused, see `refusal`. */
  read(data: Buffer): boolean {
    let all = this.#kept.length === 0 ? data : Buffer.concat([this.#kept, data]);
    if (!this.#open) {
      const end = all.indexOf("\r\n\r\n");
      if (end >= 0) {
        const answer = all.toString("latin1", 0, end);
        if (!answer.startsWith("HTTP/1.1 101")) {
          this.refusal = answer.split("\r\n")[0] ?? "";
          return false;
        }
        this.#open = true;
        all = all.subarray(end + 4);
      }
    }
    this.#kept = this.#open ? this.#frames(all) : all;
    return true;
  }

  /** All whole frames; gives what is left. */
  #frames(data: Buffer): Buffer {
    let at = 0;
    for (;;) {
      if (data.length < at + 2) break;
      const short = (data[at + 1] ?? 0) & 0x7f;
      const start = at + (short === LENGTH_64 ? 10 : short === LENGTH_16 ? 4 : 2);
      if (data.length < start) break;
      const length =
        short === LENGTH_64
          ? Number(data.readBigUInt64BE(at + 2))
          : short === LENGTH_16
            ? data.readUInt16BE(at + 2)
            : short;
      if (data.length < start + length) break;
      // Marks are ASCII.
      if (((data[at] ?? 0) & 0x0f) !== CLOSE) this.#heard(data.toString("latin1", start, start + length));
      at = start + length;
    }
    return at === 0 ? data : Buffer.from(data.subarray(at));
  }
}
