/** The types of the dialect, in the words of the answer's `meta`. */
import { InvalidQuery } from "./invalid-query.ts";

export type SqlType =
  | { readonly kind: "text"; readonly name: "String" }
  | { readonly kind: "list"; readonly name: `Array(${string})`; readonly of: SqlType }
  | {
      readonly kind: "number";
      readonly name: "UInt8" | "UInt16" | "UInt32" | "UInt64" | "Int64" | "Float64";
    }
  /** Seconds since the epoch, shown in the zone: UTC where none is named. */
  | { readonly kind: "time"; readonly name: string; readonly zone: string | undefined }
  | { readonly kind: "date"; readonly name: "Date" };

export const TEXT = { kind: "text", name: "String" } as const;
export const UINT8 = { kind: "number", name: "UInt8" } as const;
export const UINT16 = { kind: "number", name: "UInt16" } as const;
export const UINT32 = { kind: "number", name: "UInt32" } as const;
export const UINT64 = { kind: "number", name: "UInt64" } as const;
export const INT64 = { kind: "number", name: "Int64" } as const;
export const FLOAT64 = { kind: "number", name: "Float64" } as const;
export const DATE = { kind: "date", name: "Date" } as const;
export const TIME: SqlType = { kind: "time", name: "DateTime", zone: undefined };

export const timeIn = (zone: string | undefined): SqlType =>
  zone === undefined ? TIME : { kind: "time", name: `DateTime('${zone}')`, zone };

export const listOf = (of: SqlType): SqlType => ({ kind: "list", name: `Array(${of.name})`, of });

const LARGEST: readonly (readonly [SqlType, number])[] = [
  [UINT8, 2 ** 8],
  [UINT16, 2 ** 16],
  [UINT32, 2 ** 32],
];

/** The type of a number as it was written. */
export function typeOfNumber(digits: string): SqlType {
  if (!/^\d+$/.test(digits)) return FLOAT64;
  return LARGEST.find(([, bound]) => Number(digits) < bound)?.[0] ?? UINT64;
}

/** The type of `left <operator> right` for + - * and %. Whole numbers stay whole; a difference has a sign. */
export function typeOfArithmetic(operator: string, left: SqlType, right: SqlType): SqlType {
  if (operator === "/" || left.name === "Float64" || right.name === "Float64") return FLOAT64;
  return operator === "-" || left.name === "Int64" || right.name === "Int64" ? INT64 : UINT64;
}

/** The one type of two branches. */
export function commonType(left: SqlType, right: SqlType): SqlType {
  if (left.name === right.name) return left;
  if (left.kind === "number" && right.kind === "number") return typeOfArithmetic("+", left, right);
  if (left.kind === "time" && right.kind === "time") return left;
  throw new InvalidQuery(`there is no common type of ${left.name} and ${right.name}`);
}

/** What an aggregate over no rows gives, as SQL. */
export const emptyValue = (type: SqlType): string => (type.kind === "text" ? "''" : "0");
