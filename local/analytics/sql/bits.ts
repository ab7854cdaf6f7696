/** The bit and encoding functions of the dialect: integers have the width of their type, and wrap within it. */
import { INT64, type SqlType, UINT8, UINT16, UINT32, UINT64 } from "./types.ts";

const WIDTHS: Readonly<Record<string, number>> = { UInt8: 8, UInt16: 16, UInt32: 32, DateTime: 32 };
const LONGEST = 64;

/** Bits of a number of that type. */
export const widthOf = (type: SqlType): number => WIDTHS[type.name] ?? LONGEST;

/** The type of an operation on both: as wide as the wider one; a sign or a fraction makes it signed. */
export function typeOfBits(...types: readonly SqlType[]): SqlType {
  if (types.some(({ name }) => name === "Int64" || name === "Float64")) return INT64;
  const width = Math.max(...types.map(widthOf));
  return [UINT8, UINT16, UINT32].find((type) => widthOf(type) === width) ?? UINT64;
}

export type BitOperation = "and" | "or" | "xor" | "not" | "left" | "right" | "rotateLeft" | "rotateRight";

/** `a` and `b` are cut to whole numbers of `width` bits, as the result is. */
export function bitOperation(
  operation: BitOperation,
  a: number,
  b: number,
  width: number,
  signed: boolean,
): bigint {
  const [left, right] = [whole(a, width), whole(b, width)];
  const places = BigInt(Math.trunc(b) % width);
  const turned = (by: bigint) => (left << by) | (left >> (BigInt(width) - by));
  const results: Readonly<Record<BitOperation, () => bigint>> = {
    and: () => left & right,
    or: () => left | right,
    xor: () => left ^ right,
    not: () => ~left,
    left: () => (b >= width ? 0n : left << places),
    right: () => (b >= width ? 0n : (signed ? BigInt.asIntN(width, left) : left) >> places),
    rotateLeft: () => turned(places),
    rotateRight: () => turned((BigInt(width) - places) % BigInt(width)),
  };
  const result = results[operation]();
  return signed ? BigInt.asIntN(width, result) : BigInt.asUintN(width, result);
}

const whole = (value: number, width: number): bigint => BigInt.asUintN(width, BigInt(Math.trunc(value)));

/** Ones in the value as it is stored: a Float64 in its own format. */
export function bitCount(value: number, width: number, isFloat: boolean): number {
  const bytes = isFloat ? floatBytes(value) : undefined;
  const bits = bytes === undefined ? whole(value, width).toString(2) : inBase(bytes, 2);
  return bits.replaceAll("0", "").length;
}

/** `hex` and `bin`: integers from their highest byte on that is not 0, a Float64 from its lowest, texts as UTF-8. */
export function encoded(value: number | string, base: 2 | 16, isFloat: boolean): string {
  if (typeof value === "string") return inBase(new TextEncoder().encode(value), base);
  if (isFloat) return inBase(floatBytes(value), base);
  const digits = whole(value, LONGEST).toString(16);
  return inBase(Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex"), base);
}

function floatBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return bytes;
}

const inBase = (bytes: Uint8Array, base: 2 | 16): string =>
  [...bytes]
    .map((byte) => byte.toString(base).padStart(base === 2 ? 8 : 2, "0"))
    .join("")
    .toUpperCase();
