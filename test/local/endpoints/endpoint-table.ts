/** The table of docs/local-account.md: an endpoint a row, and which client exercises it in a test. */
import { readFileSync } from "node:fs";

/** The last one stands where no client asks, and the account's own tests do. */
export const CLIENTS = ["provider", "wrangler", "SDK", "own tests"] as const;
export type Client = (typeof CLIENTS)[number];

export interface Endpoint {
  /** `GET /accounts/:account/workers/scripts`. */
  readonly route: string;
  readonly clients: readonly string[];
}

const ROW = /^\| `([A-Z]+) (\/[^`]*)` \| ([^|]*) \| ([^|]*)\|$/;

export function endpointTable(): Endpoint[] {
  const page = readFileSync(new URL("../../../docs/local-account.md", import.meta.url), "utf8");
  return page.split("\n").flatMap((line) => {
    const [, method, path, clients = ""] = ROW.exec(line) ?? [];
    if (method === undefined) return [];
    const named = clients.split(",").map((client) => client.trim());
    return [{ route: `${method} ${path}`, clients: named.filter((client) => client !== "") }];
  });
}

/** The row that a request belongs to: of two that fit, the one with fewer parameters. */
function rowOf(request: string, table: readonly Endpoint[]): Endpoint | undefined {
  const [method, target = ""] = request.split(" ");
  const path = target.replace(/^\/client\/v4/, "").replace(/\?.*$/, "");
  const parameters = ({ route }: Endpoint) => route.split("/:").length;
  return table
    .filter(({ route }) => {
      const [wanted, pattern = ""] = route.split(" ");
      return wanted === method && new RegExp(`^${pattern.replace(/:\w+/g, "[^/]+")}$`).test(path);
    })
    .toSorted((left, right) => parameters(left) - parameters(right))[0];
}

/** Rows that name the client without a request of it, and requests to rows that do not name it. */
export function routesMarked(
  client: Client,
  requests: readonly string[],
): { missing: string[]; unexpected: string[] } {
  const table = endpointTable();
  const reached = new Set(requests.map((request) => rowOf(request, table)?.route ?? `${request}: in no row`));
  const marked = new Set(table.filter(({ clients }) => clients.includes(client)).map(({ route }) => route));
  return {
    missing: [...marked].filter((route) => !reached.has(route)),
    unexpected: [...reached].filter((route) => !marked.has(route)),
  };
}
