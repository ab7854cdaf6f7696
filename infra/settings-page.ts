/** docs/settings.md as text, made from the table of settings: `node infra/settings-page.ts > docs/settings.md`. */
import * as z from "zod";
import { noteAt, pathText, type SettingPath } from "./settings-mistakes.ts";
import type { Note } from "./settings-rules.ts";
import { SETTINGS } from "./settings-table.ts";

/** JSON Schema knows what a documentation needs: type, default, and what lies inside. */
const Shape = z.looseObject({
  type: z.string().optional(),
  default: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
});
type Shape = z.infer<typeof Shape>;

const shapeOf = (schema: z.ZodType): Shape =>
  Shape.parse(z.toJSONSchema(schema, { io: "output", unrepresentable: "any" }));

const defaultText = (value: unknown): string =>
  value === undefined || (typeof value === "object" && value !== null && !Array.isArray(value))
    ? ""
    : `\`${JSON.stringify(value)}\``;

const cell = (text: string): string => text.replaceAll("|", "\\|");

const rowText = (path: SettingPath, shape: Shape, { doc, allowed }: Note): string =>
  `| \`${pathText(path).replaceAll(/\[\d+\]/g, "[]")}\` | ${cell(doc)} | ${cell(allowed)} | ${defaultText(shape.default)} |`;

/** A setting and what lies inside it, one row each. */
function rows(path: SettingPath, shape: Shape): string[] {
  const note = noteAt(path);
  const inherited = path.length > 1 && noteAt(path.slice(0, -1))?.doc === note?.doc;
  const own = note === undefined || note.doc === "" || inherited ? [] : [rowText(path, shape, note)];
  const inside = Object.entries(shape.properties ?? {}).flatMap(([key, value]) =>
    rows([...path, key], Shape.parse(value)),
  );
  const items = Shape.safeParse(shape.items);
  return [...own, ...inside, ...(items.success ? rows([...path, 0], items.data) : [])];
}

export function settingsPage(): string {
  const all = Object.entries(SETTINGS).flatMap(([name, schema]) => rows([name], shapeOf(schema)));
  return `# Settings

What a stack may set, in \`Pulumi.<stack>.yaml\` under \`edge-websocket-chat:\`. A wrong value stops \`up\` before anything is
touched: all mistakes are told at once, each with what is allowed and the command that corrects it. A key that does not
exist is a mistake too.

\`\`\`sh
npm run pulumi -- config set access ticket --stack dev
npm run pulumi -- config set --path limits.messagesPerMinute 20 --stack dev
npm run pulumi -- config set --path 'routes[0].pattern' 'chat.example.com/*' --stack dev
npm run pulumi -- config set --secret sessionKey "$(openssl rand -base64 48)" --stack dev
\`\`\`

| setting | what it is | allowed | default |
| --- | --- | --- | --- |
${all.join("\n")}

Beside them the Cloudflare provider's own: \`cloudflare:apiToken\` (secret, required) and, for another API address,
\`cloudflare:baseUrl\`.

## The chat's address

\`url\` among the outputs is the first of these that is set: \`publicUrl\`, \`customDomain\`, a route that covers a whole host
(\`chat.example.com/*\`), \`workersDevSubdomain\` with \`workersDev\`. One of them must be.

## Regions

With one region a room is one object there. With several it is a replica in each region where it has visitors, and a hub
(docs/decisions/replicas.md); a visitor gets the region that is nearest by great circle, or by continent where Cloudflare
does not know the coordinates, and the next nearest when that one does not answer.

\`\`\`sh
npm run pulumi -- config set --path 'regions[1]' enam --stack dev && npm run up -- dev
\`\`\`

- A location hint is a direction, not a promise. By Cloudflare's own page, objects hinted to \`sam\`, \`afr\` and \`me\`
  do not start there at present, but nearby; \`apac-ne\` and \`apac-se\` are parts of \`apac\`.
- A region can be added at any time: rooms that are there keep their messages, and people in the new region see them.
- To give a region up, name it in \`closedRegions\` and run \`up\`: visitors go elsewhere, and each room's messages move to
  the others as soon as somebody comes in. Taking it out of \`regions\` for good loses the rooms that nobody visited in the
  meantime, so it needs consent: \`allowLeftRegions\`.
- A \`jurisdiction\` is part of every room's address. Set it before the first \`up\`. Cloudflare's runtime for the laptop
  does not implement it, so the local stack cannot have one.

## Rotating the session key

Set the old key as \`sessionKeyPrevious\` and a new one as \`sessionKey\`, then \`npm run up\`. Sessions are valid for 24
hours and are renewed with the new key when people reconnect; remove \`sessionKeyPrevious\` after a day.

## Secrets that are set elsewhere

A secret named in \`keptSecrets\` is not set by the stack: each upload leaves it as the script has it, whoever set it
(\`wrangler secret put\`, the dashboard). The first \`up\` has no script yet that could have it: set it here once, then keep it.

## Rooms that may be lost

\`up\` says what becomes of every Durable Object class, and refuses what would delete rooms:

- A migration step that deletes a class needs the class in \`allowDeletedClasses\`. So do another \`scriptName\` or
  \`accountId\`: the old script goes, with its rooms.
- A live script that this stack's state does not know is left alone, so that a fresh clone with an empty backend overwrites
  nothing. \`adoptScript\` takes it over, with its rooms. Remove the setting afterwards.
- A script that this stack deployed and that is gone from the account is made anew, with empty rooms, only with
  \`recreateScript\` and after a refresh: \`npm run pulumi -- up --refresh --stack <stack>\`. Remove the setting afterwards.
- With \`protect\`, which production has, \`destroy\` refuses until \`npm run pulumi -- state unprotect <urn> --stack <stack>\`.
`;
}

if (import.meta.main) process.stdout.write(settingsPage());
