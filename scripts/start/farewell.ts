import type { Account } from "../stack/account-file.ts";

/** Visitors of three continents: the local edge takes the label before `localhost` for where they are. */
const CITIES = ["nrt", "fra", "iad"];

const seenFrom = ({ edgeUrl }: Account, city: string): string =>
  `http://${city}.localhost:${new URL(edgeUrl).port}`;

/** What to print once the chat works: its address, the lines for other Cloudflare clients, and what to do next. */
export function farewell(about: { account: Account; url: string; detached: boolean }): string[] {
  const { account, url, detached } = about;
  return [
    "",
    `Chat  ${url}`,
    "From Tokyo, Frankfurt and Washington:",
    ...CITIES.map((city) => `  ${seenFrom(account, city)}`),
    "",
    "The account answers wrangler and every other Cloudflare client with:",
    `CLOUDFLARE_API_BASE_URL=${account.apiUrl}`,
    `CLOUDFLARE_API_TOKEN=${account.apiToken}`,
    `CLOUDFLARE_ACCOUNT_ID=${account.accountId}`,
    "",
    "Next: open the chat in two windows; change worker/ and run `npm run up -- local`;",
    "see what a change would do with `npm run preview -- local`.",
    detached
      ? "The account stays in the background: `npm stop` ends it."
      : "Ctrl-C ends everything. The Worker's log follows:",
  ];
}
