import { randomBytes } from "node:crypto";

/** One part of a form. Without `contentType` the part has none, as the official provider sends KV values. */
export type Part = { name: string; filename?: string; contentType?: string; body: string | Uint8Array };

const quoted = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');

function partHead(part: Part): string {
  const filename = part.filename === undefined ? "" : `; filename="${quoted(part.filename)}"`;
  const type = part.contentType === undefined ? "" : `Content-Type: ${part.contentType}\r\n`;
  return `Content-Disposition: form-data; name="${quoted(part.name)}"${filename}\r\n${type}\r\n`;
}

/** Encodes parts as `multipart/form-data`, in the given order. */
export function encodeForm(parts: readonly Part[]): { contentType: string; body: Buffer } {
  const boundary = randomBytes(30).toString("hex");
  const chunks = parts.flatMap((part, index) => [
    Buffer.from(`${index === 0 ? "" : "\r\n"}--${boundary}\r\n${partHead(part)}`),
    Buffer.from(part.body),
  ]);
  const body = Buffer.concat([...chunks, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { contentType: `multipart/form-data; boundary=${boundary}`, body };
}

/** The body of the first part of a multipart answer; the whole body when it is not multipart. */
export function firstPart(contentType: string, body: Buffer): Buffer {
  const boundary = /^multipart\/.*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return body;
  const start = body.indexOf(`--${boundary}`);
  const content = body.indexOf("\r\n\r\n", start) + 4;
  const end = body.indexOf(`\r\n--${boundary}`, content);
  return start < 0 || content < 4 || end < 0 ? body : body.subarray(content, end);
}
