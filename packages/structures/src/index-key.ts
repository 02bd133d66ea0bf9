import { LarderError } from "@larder/core";

/** What an index may be keyed by. Numbers come first, then bigints, then strings: `1`, `1n` and `"1"` are three keys. */
export type IndexKey = string | number | bigint;

const mostBytes = 1500;
const lengthDigits = 4;
const allOnes = 0xffff_ffff_ffff_ffffn;
const signBit = 1n << 63n;

/**
 * A key as text whose UTF-8 bytes sort as the keys do: numbers by value (`-0` is `0`), bigints by value, strings by
 * UTF-8 bytes. Injective. A number is its IEEE 754 bits with the sign bit turned, all bits where it is negative, for those sort as
 * unsigned integers (M. Herf, "Radix Tricks", 2001); a bigint is its sign, the count of its hexadecimal digits, and
 * these, with all digits turned where it is negative.
 *
 * @throws LarderError `invalid-key` for `NaN`, unpaired surrogates, what takes up more than 1,500 bytes, and other types
 */
export function encodeIndexKey(key: IndexKey): string {
  const text = encode(key);
  if (Buffer.byteLength(text) > mostBytes) throw invalidKey(key, `it takes up more than ${mostBytes} bytes`);
  return text;
}

function encode(key: IndexKey): string {
  switch (typeof key) {
    case "number":
      if (Number.isNaN(key)) throw invalidKey(key, "it is not a number");
      return `n${encodeNumber(key === 0 ? 0 : key)}`;
    case "bigint":
      return `o${encodeBigint(key)}`;
    case "string":
      if (!key.isWellFormed()) throw invalidKey(key, "it has an unpaired surrogate, which is no Unicode text");
      return `s${key}`;
    default:
      throw invalidKey(key, "it is none of these");
  }
}

/** The key of such text. */
export function decodeIndexKey(text: string): IndexKey {
  const rest = text.slice(1);
  if (text[0] === "s") return rest;
  return text[0] === "n" ? decodeNumber(rest) : decodeBigint(rest);
}

/** What the texts of all strings that begin with `prefix` begin with. */
export function encodeStringPrefix(prefix: string): string {
  if (typeof prefix !== "string") throw invalidKey(prefix, "a prefix must be a string");
  return encodeIndexKey(prefix);
}

const scratch = new DataView(new ArrayBuffer(8));

function encodeNumber(value: number): string {
  scratch.setFloat64(0, value);
  const bits = scratch.getBigUint64(0);
  const ordered = bits & signBit ? bits ^ allOnes : bits ^ signBit;
  return ordered.toString(16).padStart(16, "0");
}

function decodeNumber(text: string): number {
  const ordered = BigInt(`0x${text}`);
  scratch.setBigUint64(0, ordered & signBit ? ordered ^ signBit : ordered ^ allOnes);
  return scratch.getFloat64(0);
}

function encodeBigint(value: bigint): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString(16);
  const length = digits.length.toString(16).padStart(lengthDigits, "0");
  return negative ? `0${turned(length + digits)}` : `1${length}${digits}`;
}

function decodeBigint(text: string): bigint {
  if (text[0] === "1") return BigInt(`0x${text.slice(1 + lengthDigits)}`);
  return -BigInt(`0x${turned(text.slice(1)).slice(lengthDigits)}`);
}

/** Every hexadecimal digit taken from 15: what was larger is smaller. */
function turned(digits: string): string {
  return digits.replaceAll(/./g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16));
}

function invalidKey(key: unknown, why: string): LarderError {
  const shown = String(key).slice(0, 100);
  return new LarderError(
    `A key of an index must be a string, a number or a bigint, and '${shown}' is not usable: ${why}.`,
    { code: "invalid-key", facts: { key: shown, why } },
  );
}
