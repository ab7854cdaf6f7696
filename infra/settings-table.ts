/**
 * Every setting of a stack: its rule, default, and how it is explained. docs/settings.md is made from this table, and a
 * test holds Pulumi.yaml against it.
 */
import * as z from "zod";
import { type ChatLimits, JURISDICTIONS, REGIONS } from "../worker/bindings.ts";
import {
  ADMIN_TOKEN_LENGTH,
  count,
  empty,
  explained,
  flag,
  inZone,
  KEY_LENGTH,
  rate,
  regionList,
  secret,
} from "./settings-rules.ts";

const limits = z
  .strictObject({
    connectionsPerRoom: count("Connections to a room, over all regions", 1, 32_000, 1000),
    connectionsPerUser: count("Connections of one user to one room", 1, 100, 5),
    messagesPerMinute: count("Accepted messages of one user in any 60 s", 1, 600, 10),
    messageLength: count("Code points of a message; a frame has 8 KiB", 1, 2000, 500),
    visibleMessages: count("Newest messages that stay visible", 1, 1000, 100),
    recentMessages: count("Messages in the `welcome` of a new user", 0, 100, 10),
    retentionMs: count(
      "How long entries, dedupe ids and deletions are kept at least, in ms; clients resend for 10 minutes",
      600_000,
      86_400_000,
      600_000,
    ),
  } satisfies Record<keyof ChatLimits, z.ZodType>)
  .prefault({});

/** Given in full or not at all: what the platform would fill in itself shows up as a change for ever. */
const observability = z
  .strictObject({
    enabled: flag("Whether the Worker's logs are kept", true),
    headSamplingRate: rate,
    logs: z
      .strictObject({
        enabled: flag("Whether console lines are kept", true),
        headSamplingRate: rate,
        invocationLogs: flag("Whether each invocation gets a line", true),
        persist: flag("Whether lines are stored, not only streamed", true),
      })
      .prefault({}),
  })
  .prefault({});

/** Longest time that a step is watched: a day. A release that takes longer should be two. */
const LONGEST_BAKE_S = 86_400;

const release = z
  .strictObject({
    strategy: explained(z.enum(["all-at-once", "gradual"]).default("all-at-once"), {
      doc: "How a change of the code reaches people: at once, or first in small shares of the traffic",
      allowed: "all-at-once or gradual",
      example: "gradual",
    }),
    steps: explained(
      z
        .array(
          explained(z.number().min(0).max(99).multipleOf(0.01), {
            doc: "",
            allowed: "a number from 0 to 99",
            example: 5,
          }),
        )
        .min(1)
        .max(10)
        .refine((all) => all.every((share, at) => at === 0 || share > (all[at - 1] ?? 0)), "must rise")
        .default([5, 25]),
      {
        doc: "Percent of the traffic that a gradual release gives to the new version before it gets all of it; at 0 only the smoke test reaches it",
        allowed: "1 to 10 rising numbers from 0 to 99",
        example: "[5,25]",
      },
    ),
    bakeSeconds: count("How long each step of a gradual release is watched, in s", 0, LONGEST_BAKE_S, 60),
    smoke: flag(
      "Whether `up` smoke-tests what it deployed, and a gradual release the new version at each step",
      true,
    ),
  })
  .prefault({});

/** A year: a stack that is meant to live longer has no end. */
const MOST_HOURS = 8760;

/** Set with `--secret`, never shown. */
export const SECRET_SETTINGS = ["sessionKey", "sessionKeyPrevious", "ticketKey", "adminToken"] as const;

export const SETTINGS = {
  accountId: explained(z.string().regex(/^[0-9a-f]{32}$/), {
    doc: "The Cloudflare account that holds everything. **Required**",
    allowed: "32 hexadecimal digits, from the dashboard's address bar",
    example: "023e105f4ecef8ad9ca31a8372d0c353",
  }),
  scriptName: explained(
    z.preprocess(
      empty,
      z
        .string()
        .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
        .optional(),
    ),
    {
      doc: "Name of the Worker script; a new name is a new script without the old rooms. Default `edge-chat-<stack>`",
      allowed: "1 to 63 of a-z, 0-9 and -, not at the ends",
      example: "edge-chat-dev",
    },
  ),
  regions: explained(regionList.min(1).default(["weur"]), {
    doc: "Where a room has replicas, as Durable Object location hints; visitors get the nearest. With one, a room is one object",
    allowed: `one or more of ${REGIONS.join(", ")}`,
    example: '["weur","enam","apac"]',
  }),
  closedRegions: explained(regionList.default([]), {
    doc: "Those of `regions` that no visitor is sent to any more: the others take over what their rooms hold",
    allowed: "a list of some of regions, not all",
    example: '["weur"]',
  }),
  jurisdiction: explained(z.preprocess(empty, z.enum(JURISDICTIONS).optional()), {
    doc: "Keeps every room's data and code inside it; part of a room's address, so it is chosen once. Cloudflare only, not on the laptop",
    allowed: `${JURISDICTIONS.join(", ")}, or nothing`,
    example: "eu",
  }),
  access: explained(z.enum(["open", "ticket"]).default("open"), {
    doc: "Who may chat: everybody, or holders of a ticket that your backend signed",
    allowed: "open or ticket",
    example: "open",
  }),
  allowedOrigins: explained(
    z
      .array(
        explained(z.string().regex(/^(\*|https?:\/\/[a-z0-9.-]+(:\d{1,5})?)$/), {
          doc: "",
          allowed: "an origin without path or slash at the end, or * alone",
          example: "https://app.example.com",
        }),
      )
      .refine((all) => !all.includes("*") || all.length === 1, "* must stand alone")
      .default([]),
    {
      doc: "Web origins other than the chat's own that may connect",
      allowed: "a list of origins, or * alone",
      example: '["https://app.example.com"]',
    },
  ),
  limits: explained(limits, {
    doc: "The limits of a room; what is left out keeps its default",
    allowed: "an object of the limits below",
    example: '{"messagesPerMinute":20}',
  }),
  connectsPerMinute: count("New connections of one client address in a minute", 1, 10_000, 60),
  publicUrl: explained(
    z.preprocess(
      empty,
      z
        .string()
        .regex(/^https?:\/\/[^\s/?#]+\/?$/)
        .optional(),
    ),
    {
      doc: "Address that people open, when the other settings do not tell it. Only shown, never deployed",
      allowed: "an http or https address without a path",
      example: "https://chat.example.com",
    },
  ),
  workersDev: flag("Whether the chat answers at `<script>.<subdomain>.workers.dev`", true),
  workersDevSubdomain: explained(
    z.preprocess(
      empty,
      z
        .string()
        .regex(/^[a-z0-9-]+$/)
        .optional(),
    ),
    {
      doc: "The account's workers.dev subdomain (dashboard, Workers & Pages), to tell the URL. Only shown, never deployed",
      allowed: "the part before .workers.dev",
      example: "my-team",
    },
  ),
  routes: explained(
    z
      .array(
        explained(
          inZone({
            pattern: explained(z.string().regex(/^(https?:\/\/)?[a-z0-9.*-]+(\/\S*)?$/), {
              doc: "Route pattern",
              allowed: "host and path, * allowed at the start of the host and the end of the path",
              example: "chat.example.com/*",
            }),
          }),
          {
            doc: "",
            allowed: "an object {pattern, zone or zoneId}",
            example: '{"pattern":"chat.example.com/*","zone":"example.com"}',
          },
        ),
      )
      .refine(
        (all) => new Set(all.map(({ pattern }) => pattern)).size === all.length,
        "each pattern may stand once",
      )
      .default([]),
    {
      doc: "Route patterns that lead to the chat, each with its zone",
      allowed: "a list of {pattern, zone or zoneId}",
      example: '[{"pattern":"chat.example.com/*","zone":"example.com"}]',
    },
  ),
  customDomain: explained(
    z.preprocess(
      empty,
      inZone({
        hostname: explained(z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/), {
          doc: "A whole hostname for the chat; its DNS record and certificate are made for you",
          allowed: "a hostname inside the zone",
          example: "chat.example.com",
        }),
      }).optional(),
    ),
    {
      doc: "A whole hostname for the chat, with its zone",
      allowed: "an object {hostname, zone or zoneId}",
      example: '{"hostname":"chat.example.com","zone":"example.com"}',
    },
  ),
  kvTitle: explained(z.preprocess(empty, z.string().min(1).max(512).optional()), {
    doc: "Title of the KV namespace with the directory of rooms. Default `<scriptName>-directory`",
    allowed: "1 to 512 characters",
    example: "edge-chat-dev-directory",
  }),
  dataset: explained(
    z.preprocess(
      empty,
      z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/)
        .optional(),
    ),
    {
      doc: "Analytics Engine dataset. Default: the script's name with underscores",
      allowed: "1 to 63 letters, digits and _, not a digit first",
      example: "edge_chat_dev",
    },
  ),
  observability: explained(observability, {
    doc: "Workers Logs; what is left out keeps its default",
    allowed: "an object of the values below",
    example: '{"enabled":true,"headSamplingRate":0.1}',
  }),
  release: explained(release, {
    doc: "How `up` releases a change of the code (docs/operations.md); what is left out keeps its default",
    allowed: "an object of the values below",
    example: '{"strategy":"gradual","steps":[5,25]}',
  }),
  expiresAfterHours: explained(z.int().min(0).max(MOST_HOURS).default(0), {
    doc: "Hours after its first `up` from which a stack may be swept away, told by the output `expires`; 0 is never",
    allowed: `a whole number from 0 to ${MOST_HOURS.toLocaleString("en")}`,
    example: 168,
  }),
  protect: flag("Whether script and directory refuse to be destroyed or replaced", false),
  allowDeletedClasses: explained(
    z
      .array(
        explained(z.string().regex(/^[A-Za-z_$][\w$]*$/), {
          doc: "",
          allowed: "a class name",
          example: "ChatRoom",
        }),
      )
      .default([]),
    {
      doc: "Durable Object classes whose rooms the next `up` may delete for ever",
      allowed: "a list of class names",
      example: '["OldRoom"]',
    },
  ),
  allowLeftRegions: explained(regionList.default([]), {
    doc: "Regions that may leave `regions`, or change jurisdiction, although rooms that only they hold stay behind, unreachable",
    allowed: "a list of regions",
    example: '["weur"]',
  }),
  adoptScript: explained(z.preprocess(empty, z.string().optional()), {
    doc: "Consent to take over the live script of this name, with its rooms, although this stack's state does not know it. Remove it afterwards",
    allowed: "the script's name",
    example: "edge-chat-dev",
  }),
  recreateScript: explained(z.preprocess(empty, z.string().optional()), {
    doc: "Consent to create this script anew, with empty rooms, after it vanished from the account. Remove it afterwards",
    allowed: "the script's name",
    example: "edge-chat-dev",
  }),
  sessionKey: secret("Signs sessions. **Secret, required** (or kept)", KEY_LENGTH),
  sessionKeyPrevious: secret(
    "The session key before the last rotation: still accepted, never used to sign. Secret",
    KEY_LENGTH,
  ),
  keptSecrets: explained(
    z
      .array(
        explained(z.enum(SECRET_SETTINGS), {
          doc: "",
          allowed: SECRET_SETTINGS.join(", "),
          example: "adminToken",
        }),
      )
      .default([]),
    {
      doc: "Secrets that each upload leaves as the script has them, set by other means (`wrangler secret put`, dashboard)",
      allowed: "a list of secret settings, none of which is set here",
      example: '["adminToken"]',
    },
  ),
  ticketKey: secret("Verifies tickets (HS256). Secret, required when `access` is `ticket`", KEY_LENGTH),
  adminToken: secret(
    "Bearer token of the moderation calls; without it they answer 401. Secret",
    ADMIN_TOKEN_LENGTH,
  ),
} as const satisfies Record<string, z.ZodType>;

export type SettingName = keyof typeof SETTINGS;
export type SettingValues = { readonly [Name in SettingName]: z.output<(typeof SETTINGS)[Name]> };

export const isSecretSetting = (name: string): boolean =>
  (SECRET_SETTINGS as readonly string[]).includes(name); // a plain string may be looked for in a narrower list
