/** A real account on free ports in a folder of its own, and the few calls that every test makes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type LocalAccount, startAccount } from "../../local/account.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Code of the first error; undefined when there is none. */
  readonly code: number | undefined;
  readonly message: string;
  readonly result: unknown;
}

const envelopeSchema = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.number(), message: z.string() })),
  result: z.unknown(),
});

export interface TestAccount extends LocalAccount {
  readonly directory: string;
  readonly logs: string[];
  /** `path` below `/client/v4`; `A` in it stands for `/accounts/<account id>`. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  readonly upload: (
    name: string,
    code: string,
    metadata?: object,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  /** A request through the edge. */
  readonly visit: (
    host: string,
    path?: string,
    headers?: Record<string, string>,
    method?: string,
  ) => Promise<Response>;
  readonly remove: () => Promise<void>;
}

export async function startTestAccount(given: { directory?: string } = {}): Promise<TestAccount> {
  const directory = given.directory ?? mkdtempSync(join(tmpdir(), "local-account-"));
  const logs: string[] = [];
  const account = await startAccount({ directory, edgePort: 0, apiPort: 0, log: (line) => logs.push(line) });
  const call: TestAccount["call"] = async (method, path, body, headers = {}) => {
    const form = body instanceof FormData;
    const response = await fetch(
      `${account.apiUrl}${path.replace(/^A\b/, `/accounts/${account.accountId}`)}`,
      {
        method,
        headers: {
          authorization: `Bearer ${account.apiToken}`,
          ...(body === undefined || form ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
      },
    );
    return toAnswer(response);
  };
  return {
    ...account,
    directory,
    logs,
    call,
    upload: (name, code, metadata = {}, headers = {}) =>
      call("PUT", `A/workers/scripts/${name}`, uploadForm(code, metadata), headers),
    visit: (host, path = "/", headers = {}, method = "GET") =>
      visitEdge(account.edgeUrl, host, path, headers, method),
    remove: async () => {
      await account.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function uploadForm(code: string, metadata: object = {}): FormData {
  const form = new FormData();
  form.set("index.mjs", new File([code], "index.mjs", { type: "application/javascript+module" }));
  form.set(
    "metadata",
    JSON.stringify({ main_module: "index.mjs", compatibility_date: "2026-08-01", ...metadata }),
  );
  return form;
}

async function toAnswer(response: Response): Promise<Answer> {
  const envelope = envelopeSchema.parse(await response.json());
  return {
    status: response.status,
    headers: response.headers,
    code: envelope.errors[0]?.code,
    message: envelope.errors[0]?.message ?? "",
    result: envelope.result,
  };
}

/** `fetch` does not let one choose the Host, so the edge is spoken to over Node's client. */
async function visitEdge(
  edgeUrl: string,
  host: string,
  path: string,
  headers: Record<string, string>,
  method: string,
): Promise<Response> {
  const { request } = await import("node:http");
  const { port } = new URL(edgeUrl);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: "127.0.0.1", port, path, method, headers: { host, ...headers }, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("end", () => {
          const flat = Object.entries(incoming.headers).map(([name, value]): [string, string] => [
            name,
            String(value),
          ]);
          resolve(new Response(Buffer.concat(chunks), { status: incoming.statusCode ?? 0, headers: flat }));
        });
        incoming.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end();
  });
}

/** Tries until `work` no longer throws, at most `limitMs`. */
export async function eventually<T>(work: () => Promise<T> | T, limitMs = 10_000): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
