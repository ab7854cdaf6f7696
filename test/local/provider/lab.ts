import { onTestFinished } from "vitest";
import type { Clock } from "../../../local/provider/api-client.ts";
import { startProvider } from "../../../local/provider/server.ts";
import { attachEngine } from "./engine.ts";
import { type RecordedAnswer, recordedApi } from "./recorded-api.ts";

export const ACCOUNT = "0123456789abcdef0123456789abcdef";
export const TOKEN = "lab_token_0123456789_0123456789_0123456789ab";
export const TYPES = {
  namespace: "cloudflare:index/workersKvNamespace:WorkersKvNamespace",
  key: "cloudflare:index/workersKv:WorkersKv",
  script: "cloudflare:index/workersScript:WorkersScript",
  cron: "cloudflare:index/workersCronTrigger:WorkersCronTrigger",
  route: "cloudflare:index/workersRoute:WorkersRoute",
};

export const urn = (type: string, name = "x"): string => `urn:pulumi:dev::lab::${type}::${name}`;

/** An answer in Cloudflare's envelope to the request `http`, such as `GET zones`. */
export const success = (http: string, result: unknown): RecordedAnswer => ({
  http: http.replace(" ", " /client/v4/"),
  status: 200,
  response: { success: true, errors: [], messages: [], result },
});

export const failure = (
  http: string,
  status: number,
  code = 10_000,
  responseHeaders: Record<string, string> = {},
): RecordedAnswer => ({
  http: http.replace(" ", " /client/v4/"),
  status,
  responseHeaders,
  response: { success: false, errors: [{ code, message: "lab" }], messages: [], result: null },
});

/** A clock that never waits and notes how long it was asked to, in milliseconds. */
export function notingClock(): Clock & { waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    now: () => 0,
    random: () => 0,
    wait: async (milliseconds) => {
      waits.push(milliseconds);
    },
  };
}

/** A provider on a free port. */
export async function provider(project?: string) {
  const clock = notingClock();
  const running = await startProvider({ clock, ...(project === undefined ? {} : { project }) });
  onTestFinished(() => running.stop());
  return { port: running.port, clock };
}

export async function api(answers: readonly RecordedAnswer[]) {
  const server = await recordedApi(answers);
  onTestFinished(() => server.stop());
  return server;
}

/** An engine that has said hello. */
export async function engine(port: number, engineAddress?: string) {
  const attached = attachEngine(port, engineAddress);
  onTestFinished(() => attached.close());
  await attached.handshake();
  return attached;
}

/** Everything at once: an API with these answers, a provider, and an engine configured for that API. */
export async function lab(answers: readonly RecordedAnswer[], project?: string) {
  const { port, clock } = await provider(project);
  const server = await api(answers);
  const attached = await engine(port);
  await attached.configure({ baseUrl: `${server.origin}/client/v4`, apiToken: TOKEN });
  return { engine: attached, api: server, clock, port };
}
