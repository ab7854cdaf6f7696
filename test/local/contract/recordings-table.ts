/** docs/local-account-recordings.md: per recording of the official provider, what is compared with it. */
import { readdirSync, readFileSync } from "node:fs";
import { fixtures, recordedRequests, recordedSteps, type Step } from "./recorded-calls.ts";

const PROVIDER_FIXTURES = new URL("../provider/fixtures/", import.meta.url);

const HEAD = `# Recordings of the official provider

What the official Pulumi provider for Cloudflare sent in its recorded runs, and what it was answered. Every request of every recording is sent to the local account in the tests (\`test/local/contract\`), program by program, with the changes made by hand in between, and with the recorded failures: the local account is told to answer or to hang up as the recording's API did (\`local/faults.ts\`), before or after the effect of the call. Many programs were run again and again to see what other answers do: what they send alike, from an empty account on, is sent once, and its answer compared with each recorded one.

Compared are the status, \`success\`, the codes of the errors, and every field of the recorded result: it must be there, of the same type, and with the same value unless it is an id, a time or another thing that differs from account to account. Bodies without an envelope (values of keys, code) are compared as texts; of what failed on purpose the headers too. *Not compared* names the exceptions: answers that the recording's API gave to see what the provider would do. *Stand-in* says with which fixture of \`test/local/provider\` the stand-in provider is held to the same recording, call by call of the engine, request by request.

A recording without requests is a run in which the provider refused the program or needed nothing: there is nothing for an API to answer.

This table is written by the tests (\`npx vitest run --project node test/local/contract -u\`).

| recording | requests | not compared | stand-in |
| --- | --- | --- | --- |
`;

/** From recordings to the fixtures in which the stand-in provider replays them. */
function byStandIn(): Map<string, string> {
  return new Map(
    readdirSync(PROVIDER_FIXTURES).flatMap((file): [string, string][] => {
      const [line = ""] = readFileSync(new URL(file, PROVIDER_FIXTURES), "utf8").split("\n", 1);
      const { recording }: { recording?: string } = JSON.parse(line);
      return recording === undefined ? [] : [[recording, file.replace(".jsonl", "")]];
    }),
  );
}

export function recordingsTable(): string {
  const steps = new Map<string, Step>(
    fixtures().flatMap((fixture) =>
      recordedSteps(fixture).map((step): [string, Step] => [step.recording, step]),
    ),
  );
  const standIn = byStandIn();
  const rows = Object.entries(recordedRequests()).map(([name, requests]) => {
    const exceptions = Object.entries(steps.get(name)?.except ?? {})
      .map(([place, reason]) => `\`${place}\`: ${reason}`)
      .join("; ");
    return `| ${name} | ${requests || "none"} | ${exceptions} | ${standIn.get(name) ?? ""} |\n`;
  });
  return HEAD + rows.join("");
}
