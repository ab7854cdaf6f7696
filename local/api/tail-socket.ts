/**
 * The server end of a tail's WebSocket (RFC 6455), small because it only sends. wrangler sends its frames unmasked,
 * which Cloudflare accepts and which the usual libraries refuse: hence by hand.
 */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { TailSessions, TailSocket } from "../runtime/tail-sessions.ts";
import { TAIL_SOCKET_PATH } from "./tails.ts";

const PROTOCOL = "trace-v1";
const WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** A tail client only pings and says whether it wants debug output. */
const MAX_CLIENT_FRAME_BYTES = 64 * 1024;

const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const;

export function acceptTail(request: IncomingMessage, socket: Duplex, tails: TailSessions, now: number): void {
  const path = new URL(request.url ?? "/", "http://account").pathname;
  const key = request.headers["sec-websocket-key"];
  const id = path.startsWith(TAIL_SOCKET_PATH) ? path.slice(TAIL_SOCKET_PATH.length) : "";
  const end: TailSocket = {
    send: (text) => void socket.write(frame(OPCODE.text, Buffer.from(text))),
    close: (code, reason) => {
      const payload = Buffer.alloc(2);
      payload.writeUInt16BE(code);
      socket.end(frame(OPCODE.close, Buffer.concat([payload, Buffer.from(reason)])));
    },
  };
  socket.on("error", () => socket.destroy());
  if (
    key === undefined ||
    request.headers["sec-websocket-protocol"] !== PROTOCOL ||
    !tails.attach(id, end, now)
  ) {
    socket.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    return;
  }
  const accept = createHash("sha1").update(`${key}${WEBSOCKET_GUID}`).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\nsec-websocket-protocol: ${PROTOCOL}\r\n\r\n`,
  );
  socket.on("close", () => tails.detach(id, end));
  readFrames(socket, (opcode, payload) => {
    if (opcode === OPCODE.ping) socket.write(frame(OPCODE.pong, payload));
    if (opcode === OPCODE.close) socket.end(frame(OPCODE.close, payload.subarray(0, 2)));
  });
}

function readFrames(socket: Duplex, onFrame: (opcode: number, payload: Buffer) => void): void {
  let buffered = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (;;) {
      const parsed = parseFrame(buffered);
      if (parsed === undefined) {
        if (buffered.length > MAX_CLIENT_FRAME_BYTES) socket.destroy();
        return;
      }
      buffered = buffered.subarray(parsed.length);
      onFrame(parsed.opcode, parsed.payload);
    }
  });
}

function parseFrame(data: Buffer): { opcode: number; payload: Buffer; length: number } | undefined {
  if (data.length < 2) return undefined;
  const first = data.readUInt8(0);
  const second = data.readUInt8(1);
  let size = second & 0x7f;
  let offset = 2;
  if (size === 127) return undefined;
  if (size === 126) {
    if (data.length < 4) return undefined;
    size = data.readUInt16BE(2);
    offset = 4;
  }
  const masked = (second & 0x80) !== 0;
  const mask = masked ? data.subarray(offset, offset + 4) : undefined;
  if (masked) offset += 4;
  if (data.length < offset + size) return undefined;
  const payload = Buffer.from(data.subarray(offset, offset + size));
  if (mask !== undefined)
    for (let index = 0; index < payload.length; index++)
      payload.writeUInt8(payload.readUInt8(index) ^ mask.readUInt8(index % 4), index);
  return { opcode: first & 0x0f, payload, length: offset + size };
}

function frame(opcode: number, payload: Buffer): Buffer {
  const size = payload.length;
  const header = size < 126 ? Buffer.alloc(2) : size < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
  header.writeUInt8(0x80 | opcode, 0);
  if (size < 126) header.writeUInt8(size, 1);
  else if (size < 65_536) {
    header.writeUInt8(126, 1);
    header.writeUInt16BE(size, 2);
  } else {
    header.writeUInt8(127, 1);
    header.writeBigUInt64BE(BigInt(size), 2);
  }
  return Buffer.concat([header, payload]);
}
