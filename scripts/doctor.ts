// npm run doctor -- <stack>: whether a stack can be deployed: settings, token, rights one by one, zones, names. Changes
// nothing. Exits 1 when something must be mended.
import * as z from "zod";
import { checkNames, checkSubdomain } from "./doctor/check-names.ts";
import { checkAccount, checkRights, checkToken, checkZones } from "./doctor/check-token.ts";
import { type Finding, findingLines, right, wrong } from "./doctor/finding.ts";
import { settingsOf } from "./release/program-settings.ts";
import { type OpenStack, openStack } from "./stack/open-stack.ts";
import { fail } from "./toolchain/steps.ts";
import { cloudflareApi } from "./up/cloudflare-api.ts";
import { scriptInState } from "./up/lifecycle.ts";
import { readStackArguments } from "./up/stack-argument.ts";

const Outputs = z.object({ kvNamespaceId: z.string().optional() });

try {
  const { stack } = readStackArguments("doctor", process.argv.slice(2));
  const open = await openStack(stack, { stack: true, provider: true });
  const findings = await examine(open);
  for (const line of findingLines(findings)) console.log(line);
  const mistakes = findings.filter(({ is }) => is === "wrong").length;
  console.log(
    mistakes === 0 ? `Stack "${stack}" can be deployed.` : `${mistakes} to mend in stack "${stack}".`,
  );
  if (mistakes > 0) process.exitCode = 1;
} catch (error) {
  fail(error);
}

/** From the outside in: what a check needs was checked before it. */
async function examine(open: OpenStack): Promise<Finding[]> {
  const { cli, stack } = open;
  const exported = await cli.quiet(["stack", "export", "--stack", stack]);
  if (exported.code !== 0)
    return [
      wrong(
        `the backend has no stack "${stack}": ${exported.stderr.trim().split("\n").at(-1) ?? ""}`,
        `npm run pulumi -- stack init ${stack}`,
      ),
    ];
  const settings = await settingsOf(open).catch((error: Error) => error);
  if (settings instanceof Error)
    return [right(`stack "${stack}" is in its backend`), wrong(settings.message)];
  const api = await cloudflareApi(open);
  const findings = [right(`stack "${stack}" is in its backend`), right("its settings are right")];
  const token = await checkToken(api, stack);
  if (token.is === "wrong") return [...findings, token];
  const account = await checkAccount(api, stack);
  if (account.is === "wrong") return [...findings, token, account];
  const { zones, findings: aboutZones } = await checkZones(api, settings);
  const rights = await checkRights(api, zones);
  findings.push(token, account, ...aboutZones, ...rights);
  // Names can only be read with the rights to read them.
  if (rights.some(({ is }) => is === "wrong")) return findings;
  const outputs = await cli.quiet(["stack", "output", "--json", "--stack", stack]);
  const own = {
    script: scriptInState(exported.stdout)?.scriptName,
    directoryId: Outputs.parse(JSON.parse(outputs.stdout || "{}")).kvNamespaceId,
  };
  return [
    ...findings,
    ...(await checkSubdomain(api, settings, stack)),
    ...(await checkNames(api, settings, stack, own)),
  ];
}
