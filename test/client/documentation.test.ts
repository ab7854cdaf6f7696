import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RealChat } from "./real-chat.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), "edge-chat-example-"));
const chat = new RealChat();

beforeAll(() => chat.start(), 120_000);
afterAll(async () => {
  await chat.dispose();
  rmSync(folder, { recursive: true });
});

describe("docs/client.md", () => {
  it("has an example that runs as it stands", async () => {
    const page = readFileSync(path.join(project, "docs/client.md"), "utf8");
    const example = /```ts\n(.*?)```/s.exec(page)?.[1] ?? "";
    const file = path.join(folder, "example.mts");
    writeFileSync(
      file,
      example.replace('"./client/', `"${project}client/`).replace("http://127.0.0.1:8787", chat.url),
    );
    const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "inherit"], timeout: 20_000 });
    const [said] = await Promise.all([text(child.stdout), once(child, "exit")]);
    expect(said).toBe("acknowledged\nGreeter\nleft: Closed by this client.\n");
  });
});
