import * as z from "zod";
import { ApiRefusal } from "../../infra/cloudflare-http.ts";
import type { Settings } from "../../infra/settings.ts";
import type { CloudflareApi } from "../up/cloudflare-api.ts";
import { type Finding, note, right, wrong } from "./finding.ts";
import { type Right, rightsToTry } from "./rights.ts";

const Verified = z.object({ status: z.string() });
const Zones = z.array(z.object({ id: z.string(), name: z.string(), status: z.string().optional() }));
const Accounts = z.array(z.object({ id: z.string(), name: z.string() }));
const FORBIDDEN = [401, 403];
const TOKENS_PAGE = "Cloudflare dashboard → My Profile → API Tokens → Edit";

const refusalOf = (error: unknown): ApiRefusal => {
  if (error instanceof ApiRefusal) return error;
  throw error;
};
const refused = (answer: unknown): answer is ApiRefusal => answer instanceof ApiRefusal;

/** Whether the token is one at all. What follows makes no sense without it. */
export async function checkToken(api: CloudflareApi, stack: string): Promise<Finding> {
  const own = await api.get("/user/tokens/verify", Verified).catch(refusalOf);
  // A token that belongs to an account is verified there.
  const answer = refused(own)
    ? await api.get(`/accounts/${api.accountId}/tokens/verify`, Verified).catch(refusalOf)
    : own;
  if (!refused(answer) && answer.status === "active") return right("the API token is active");
  if (refused(answer) && answer.status === 0)
    return wrong(
      `Cloudflare's API cannot be reached: ${answer.message}`,
      "Check the network, and cloudflare:baseUrl.",
    );
  return wrong(
    `the API token is not valid: ${refused(answer) ? answer.message : answer.status}`,
    `Make one (${TOKENS_PAGE.replace("Edit", "Create")}) and store it: npm run pulumi -- config set --secret cloudflare:apiToken --stack ${stack}`,
  );
}

/** Whether there is such an account, as far as the token can tell; a missing right is told by its name later. */
export async function checkAccount(api: CloudflareApi, stack: string): Promise<Finding> {
  const answer = await api.get(`/accounts/${api.accountId}/workers/scripts`, z.unknown()).catch(refusalOf);
  if (!refused(answer) || FORBIDDEN.includes(answer.status)) return right(`account ${api.accountId}`);
  const seen = await api.get("/accounts", Accounts).catch(() => []);
  return wrong(
    `account ${api.accountId} is not there for this token: ${answer.message}`,
    `${seen.length > 0 ? `It sees ${seen.map(({ id, name }) => `${id} (${name})`).join(", ")}. ` : ""}npm run pulumi -- config set accountId <32 hex digits> --stack ${stack}`,
  );
}

/** Whether the token sees the zones of routes and domain. */
export async function checkZones(
  api: CloudflareApi,
  { routes, customDomain }: Settings,
): Promise<{ zones: { id: string; name: string }[]; findings: Finding[] }> {
  const places = [...routes, ...(customDomain ? [customDomain] : [])];
  const wanted = new Map(places.map(({ zone, zoneId }) => [zone ?? zoneId ?? "", { zone, zoneId }]));
  const zones = new Map<string, { id: string; name: string }>();
  const findings: Finding[] = [];
  for (const [asked, { zone, zoneId }] of wanted) {
    const query = zone ? `/zones?name=${zone}&account.id=${api.accountId}` : "";
    const answer = zone
      ? await api.get(query, Zones).catch(refusalOf)
      : await api
          .get(`/zones/${zoneId}`, z.object({ id: z.string(), name: z.string() }))
          .then((one) => [one], refusalOf);
    const [found] = refused(answer) ? [] : answer;
    if (found) {
      zones.set(found.id, { id: found.id, name: found.name });
      findings.push(right(`zone ${found.name} is in the account`));
    } else if (refused(answer) && FORBIDDEN.includes(answer.status)) {
      findings.push(
        wrong(`the token lacks the right "Zone ${asked} · Zone · Read"`, `Add it: ${TOKENS_PAGE}`),
      );
    } else {
      findings.push(
        wrong(
          `zone ${asked} is not among those that the token sees`,
          `Correct routes or customDomain in the stack's settings, or give the token "Zone · Zone · Read" of it: ${TOKENS_PAGE}`,
        ),
      );
    }
  }
  return { zones: [...zones.values()], findings };
}

/** Each right, asked for by a call that changes nothing. */
export async function checkRights(
  api: CloudflareApi,
  zones: readonly { id: string; name: string }[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const wanted of rightsToTry({ accountId: api.accountId, zones }))
    findings.push(await tryRight(api, wanted));
  return findings;
}

async function tryRight(
  api: CloudflareApi,
  { name, needed, optional, method, path }: Right,
): Promise<Finding> {
  const answer =
    method === "GET"
      ? await api.get(path, z.unknown()).catch(refusalOf)
      : await api.send(method, path, undefined, z.unknown()).catch(refusalOf);
  const allowed =
    !refused(answer) || (answer.status > 0 && answer.status < 500 && !FORBIDDEN.includes(answer.status));
  if (allowed) return right(`right: ${name}`);
  const fix = `Add it: ${TOKENS_PAGE}. It is needed to ${needed}.`;
  if (FORBIDDEN.includes(answer.status)) {
    const what = `the token lacks the right "${name}" (${answer.codes.join(", ") || answer.status})`;
    return optional ? note(what, fix.replace("needed to", "only needed for")) : wrong(what, fix);
  }
  return wrong(
    `whether the token has the right "${name}" cannot be told: ${answer.message}`,
    "Run it again.",
  );
}
