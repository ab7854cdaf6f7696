import * as z from "zod";
import { ApiRefusal } from "../../infra/cloudflare-http.ts";
import type { Settings } from "../../infra/settings.ts";
import { findChat, routesOf } from "../adopt/found.ts";
import type { CloudflareApi } from "../up/cloudflare-api.ts";
import { type Finding, note, right, wrong } from "./finding.ts";

const Subdomain = z.object({ subdomain: z.string() });
const Namespaces = z.array(z.object({ id: z.string(), title: z.string() }));

/** The account's workers.dev label, where the chat is to answer under it. */
export async function checkSubdomain(
  api: CloudflareApi,
  { workersDev, url }: Settings,
  stack: string,
): Promise<Finding[]> {
  if (!workersDev || !/\.workers\.dev$/.test(url)) return [];
  const answer = await api
    .get(`/accounts/${api.accountId}/workers/subdomain`, Subdomain)
    .catch((error: unknown) => {
      if (error instanceof ApiRefusal) return undefined;
      throw error;
    });
  if (answer === undefined)
    return [
      wrong(
        "the account has no workers.dev subdomain",
        "Choose one: Cloudflare dashboard → Workers & Pages, or set workersDev to false.",
      ),
    ];
  if (url.endsWith(`.${answer.subdomain}.workers.dev`))
    return [right(`workers.dev subdomain ${answer.subdomain}`)];
  return [
    wrong(
      `the account's workers.dev subdomain is ${answer.subdomain}, the settings say ${url}`,
      `npm run pulumi -- config set workersDevSubdomain ${answer.subdomain} --stack ${stack}`,
    ),
  ];
}

/**
 * Names that the stack wants: free, its own, or somebody else's.
 *
 * @param own the names that the stack's state holds already.
 */
export async function checkNames(
  api: CloudflareApi,
  settings: Settings,
  stack: string,
  own: { script: string | undefined; directoryId: string | undefined },
): Promise<Finding[]> {
  const { scriptName, kvTitle, accountId } = settings;
  const found = await findChat(api, settings);
  const namespaces = await api.get(`/accounts/${accountId}/storage/kv/namespaces?per_page=1000`, Namespaces);
  const namespace = namespaces.find(({ title }) => title === kvTitle);
  return [
    found === undefined
      ? right(`script ${scriptName}: free`)
      : own.script === scriptName
        ? right(`script ${scriptName}: this stack's`)
        : wrong(
            `script ${scriptName} exists, and this stack's state does not know it`,
            `Take it over: npm run adopt -- ${stack}. Or take another name: npm run pulumi -- config set scriptName <name> --stack ${stack}. ` +
              "Or use the backend that has its state.",
          ),
    namespace === undefined
      ? right(`KV namespace "${kvTitle}": free`)
      : own.directoryId === namespace.id
        ? right(`KV namespace "${kvTitle}": this stack's`)
        : wrong(
            `a KV namespace "${kvTitle}" exists, and this stack's state does not know it`,
            `Take another title: npm run pulumi -- config set kvTitle <title> --stack ${stack}. If it belongs to a chat that exists: npm run adopt -- ${stack}`,
          ),
    ...(await routesOf(api, settings)).flatMap(({ pattern, script }): Finding[] => {
      if (!settings.routes.some((route) => route.pattern === pattern)) return [];
      return script === scriptName || script === ""
        ? [right(`route ${pattern}: leads to ${scriptName}`)]
        : [
            wrong(
              `route ${pattern} leads to the script ${script}`,
              "Remove it there, or take another pattern.",
            ),
          ];
    }),
    ...(found?.domain && found.domain.service !== scriptName
      ? [
          wrong(
            `domain ${found.domain.hostname} belongs to the script ${found.domain.service}`,
            "Remove it there.",
          ),
        ]
      : []),
    ...(found === undefined && own.script !== undefined
      ? [
          note(
            `this stack's state has the script ${own.script}, the settings say ${scriptName}`,
            "Another name is another script, without the rooms: up asks for consent.",
          ),
        ]
      : []),
  ];
}
