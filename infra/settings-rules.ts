/** What the rules of settings are made of: a schema with its explanation, and the kinds that many settings share. */
import * as z from "zod";
import { REGIONS } from "../worker/bindings.ts";

/** How a value is explained to the one who got it wrong. */
export interface Note {
  readonly doc: string;
  /** What is allowed, in words. */
  readonly allowed: string;
  /** A value that passes. */
  readonly example: string | number | boolean;
}

/** A schema with its explanation, which is found again under the path of a mistake. */
export const explained = <S extends z.ZodType>(schema: S, note: Note): S => schema.meta({ ...note });

/** A list of location hints, each once. */
export const regionList = explained(
  z
    .array(explained(z.enum(REGIONS), { doc: "", allowed: REGIONS.join(", "), example: "weur" }))
    .refine((all) => new Set(all).size === all.length, "each region may stand once"),
  { doc: "", allowed: `a list of ${REGIONS.join(", ")}`, example: '["weur"]' },
);

/** 256 bits as text: a shorter key can be guessed from one signed token. */
export const KEY_LENGTH = 32;
/** What a secret's command fills in: the shell makes the text, so it is in no history file. */
export const RANDOM_TEXT = '"$(openssl rand -base64 48)"';
/** A bearer token that is sent over the network and compared as text. */
export const ADMIN_TOKEN_LENGTH = 20;

export const count = (doc: string, min: number, max: number, preset: number) =>
  explained(z.int().min(min).max(max).default(preset), {
    doc,
    allowed: `a whole number from ${min.toLocaleString("en")} to ${max.toLocaleString("en")}`,
    example: preset,
  });

export const rate = explained(z.number().min(0).max(1).default(1), {
  doc: "Share of requests that are logged",
  allowed: "a number from 0 to 1",
  example: 1,
});
export const flag = (doc: string, preset: boolean) =>
  explained(z.boolean().default(preset), { doc, allowed: "true or false", example: preset });

const zone = explained(z.string().regex(/^[a-z0-9.-]+$/), {
  doc: "The zone by name; looked up in the account",
  allowed: "the name of a zone in the account, or zoneId instead",
  example: "example.com",
});
const zoneId = explained(z.string().regex(/^[0-9a-f]{32}$/), {
  doc: "The zone by id, instead of `zone`",
  allowed: "32 hexadecimal digits",
  example: "023e105f4ecef8ad9ca31a8372d0c353",
});
export const inZone = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .strictObject({ ...shape, zone: zone.optional(), zoneId: zoneId.optional() })
    .refine((value) => "zone" in value !== "zoneId" in value, "needs either zone or zoneId, not both");

/** Pulumi.yaml gives a key without a value an empty default: the CLI would ask for it otherwise, one key at a time. */
export const empty = (value: unknown) =>
  value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0)
    ? undefined
    : value;

export const secret = (doc: string, length: number) =>
  explained(z.preprocess(empty, z.string().min(length).optional()), {
    doc,
    allowed: `a secret text of at least ${length} characters`,
    example: RANDOM_TEXT,
  });
