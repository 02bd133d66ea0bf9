import { type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import { raggedColumn } from "../../write/gather-column.js";
import { isText } from "./cast-bytes.js";
import type { Cast, CastValues } from "./cast-column.js";
import { bytesMemory, offsetMemory } from "./column-memory.js";
import { instantOfText } from "./instant-text.js";
import { instantUnit } from "./instant-unit.js";
import { numberArrayOf } from "./number-memory.js";

/** Text into integers, floats, booleans, dates and timestamps; `undefined` for other types. @throws ColumnTypeError */
export function castFromText(cast: Cast): CastValues | undefined {
  const { data, from, to } = cast;
  const parse = isText(from) ? parserOf(to) : undefined;
  if (!parse) return undefined;
  const target = targetOf(to, data.length);
  const offsets = offsetMemory(data);
  const { buffer, byteOffset, byteLength } = bytesMemory(data);
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  if (offsets[data.length]! > byteLength) throw raggedColumn();
  const isBits = to.typeId === ArrowTypeId.Bool;
  for (let row = 0; row < data.length; row++) {
    if (cast.isNull(row)) continue;
    const text = bytes.toString("utf8", offsets[row], offsets[row + 1]);
    const value = parse(text) ?? cast.refuse(row, text);
    if (isBits) (target as Uint8Array)[row >>> 3]! |= (value as number) << (row & 7);
    else target[row] = value as never;
  }
  return { data: target };
}

function targetOf(to: ArrowLikeType, length: number) {
  if (to.typeId === ArrowTypeId.Bool) return new Uint8Array((length + 7) >>> 3);
  const unit = instantUnit(to);
  if (unit) return unit.bits === 32 ? new Int32Array(length) : new BigInt64Array(length);
  return new (numberArrayOf(to)!)(length);
}

/** @returns `undefined` for a text that is no such value */
function parserOf(to: ArrowLikeType): ((text: string) => number | bigint | undefined) | undefined {
  const unit = instantUnit(to);
  if (unit?.bits === 32) {
    return (text) => {
      const days = instantOfText(text, unit);
      return days === undefined ? undefined : Number(days);
    };
  }
  if (unit) return (text) => instantOfText(text, unit);
  if (to.typeId === ArrowTypeId.Bool) return boolOfText;
  if (!numberArrayOf(to)) return undefined;
  if (to.typeId === ArrowTypeId.Float) return (text) => floatOfText(text, to.precision === 1);
  const { bitWidth = 32, isSigned = true } = to;
  return (text) => {
    const value = integerOfText(text, bitWidth, isSigned);
    return value === undefined || bitWidth === 64 ? value : Number(value);
  };
}

function boolOfText(text: string): number | undefined {
  switch (text.toLowerCase()) {
    case "true":
    case "t":
    case "1":
      return 1;
    case "false":
    case "f":
    case "0":
      return 0;
    default:
      return undefined;
  }
}

function integerOfText(text: string, bitWidth: number, isSigned: boolean): bigint | undefined {
  if (!/^(?:0|-?[1-9]\d{0,19})$/.test(text)) return undefined;
  const value = BigInt(text);
  const held = isSigned ? BigInt.asIntN(bitWidth, value) : BigInt.asUintN(bitWidth, value);
  return held === value ? value : undefined;
}

const words: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/** The number nearest to a text, if the text's digits can be had back from it: then none was lost. */
function floatOfText(text: string, isSingle: boolean): number | undefined {
  if (Object.hasOwn(words, text)) return words[text];
  const match = /^-?(\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.exec(text);
  if (!match) return undefined;
  const value = isSingle ? Math.fround(Number(text)) : Number(text);
  const digits = match[1]!.replace(".", "").replace(/^0+/, "").replace(/0+$/, "");
  if (digits === "") return value;
  if (value === 0 || !Number.isFinite(value) || digits.length > 100) return undefined;
  const [written] = Math.abs(value)
    .toExponential(digits.length - 1)
    .split("e");
  return written!.replace(".", "") === digits ? value : undefined;
}
