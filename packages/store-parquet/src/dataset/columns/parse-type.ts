import type { DataType, Field, Int32, Struct } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import { mostDepth } from "../../arrow/arrow-schema-entry.js";
import { integerType } from "../../arrow/integer-type.js";
import type { Arrow } from "../../arrow/load-arrow.js";
import { largeList } from "../../arrow/own-arrow-type.js";

const units = ["second", "millisecond", "microsecond", "nanosecond"];

/**
 * The type that a text of `typeText` stands for, in any case; `undefined` for other texts, and for types nested more deeply than
 * any that is kept.
 *
 * @param depth types around this one
 */
export function parseType(arrow: Arrow, text: string, depth = 0): DataType | undefined {
  if (depth > mostDepth) return undefined;
  const type = plainType(arrow, text.toLowerCase());
  if (type) return type;
  const match = /^(\w+)(?:\[(\d+)\])?(?:<(.*)>)?$/s.exec(text);
  if (!match) return undefined;
  const [, name, size, inside] = match;
  const count = size === undefined ? undefined : Number(size);
  if (count !== undefined && !(count < 2 ** 31)) return undefined;
  switch (name!.toLowerCase()) {
    case "fixedsizebinary":
      return inside === undefined && count ? new arrow.FixedSizeBinary(count) : undefined;
    case "fixedsizelist":
      return count === undefined
        ? undefined
        : around(elementOf(arrow, inside, depth), (item) => new arrow.FixedSizeList(count, item));
    default:
      return inside === undefined || count !== undefined
        ? undefined
        : typeAround(arrow, name!.toLowerCase(), inside, depth);
  }
}

function typeAround(arrow: Arrow, name: string, inside: string, depth: number): DataType | undefined {
  switch (name) {
    case "timestamp": {
      const [unit, ...zone] = inside.split(", ");
      const place = units.indexOf(unit!.toLowerCase());
      const timezone = zone.length > 0 ? zone.join(", ") : null;
      return place < 0 || timezone === "" ? undefined : new arrow.Timestamp(place, timezone);
    }
    case "list":
      return around(elementOf(arrow, inside, depth), (item) => new arrow.List(item));
    case "largelist":
      return around(elementOf(arrow, inside, depth), (item) => largeList(arrow, item));
    case "struct":
      return around(fieldsOf(arrow, inside, depth), (fields) => new arrow.Struct(fields));
    case "map": {
      const isSorted = inside.endsWith(", sorted");
      const fields = fieldsOf(arrow, isSorted ? inside.slice(0, -", sorted".length) : inside, depth);
      if (fields?.length !== 2) return undefined;
      const [key, value] = fields;
      const entries = new arrow.Struct([key!.clone({ nullable: false }), value!]);
      return new arrow.Map_(new arrow.Field("entries", entries, false) as Field<Struct> as never, isSorted);
    }
    case "dictionary":
      return dictionaryOf(arrow, inside, depth);
    default:
      return decimalOf(arrow, name, inside);
  }
}

function plainType(arrow: Arrow, text: string): DataType | undefined {
  const integer = /^(u?)int(8|16|32|64)$/.exec(text);
  if (integer) return integerType(arrow, Number(integer[2]), integer[1] === "");
  const timed = /^(time32|time64|duration)<(\w+)>$/.exec(text);
  if (timed) return timedType(arrow, timed[1]!, units.indexOf(timed[2]!));
  switch (text) {
    case "null":
      return new arrow.Null();
    case "bool":
      return new arrow.Bool();
    case "float16":
      return new arrow.Float16();
    case "float32":
      return new arrow.Float32();
    case "float64":
      return new arrow.Float64();
    case "utf8":
      return new arrow.Utf8();
    case "largeutf8":
      return new arrow.LargeUtf8();
    case "binary":
      return new arrow.Binary();
    case "largebinary":
      return new arrow.LargeBinary();
    case "date32":
    case "date32<day>":
      return new arrow.DateDay();
    case "date64":
    case "date64<millisecond>":
      return new arrow.DateMillisecond();
    default:
      return undefined;
  }
}

function timedType(arrow: Arrow, name: string, unit: number): DataType | undefined {
  if (unit < 0) return undefined;
  if (name === "duration") return new arrow.Duration(unit);
  if (name === "time32") return [new arrow.TimeSecond(), new arrow.TimeMillisecond()][unit];
  return [undefined, undefined, new arrow.TimeMicrosecond(), new arrow.TimeNanosecond()][unit];
}

function decimalOf(arrow: Arrow, name: string, inside: string): DataType | undefined {
  const width = /^decimal(32|64|128|256)$/.exec(name)?.[1];
  const numbers = /^(\d{1,3}), (-?\d{1,3})$/.exec(inside);
  return width && numbers ? new arrow.Decimal(Number(numbers[2]), Number(numbers[1]), Number(width)) : undefined;
}

function dictionaryOf(arrow: Arrow, inside: string, depth: number): DataType | undefined {
  const comma = inside.indexOf(", ");
  const indices = parseType(arrow, inside.slice(0, Math.max(comma, 0)), depth + 1);
  const values = parseType(arrow, inside.slice(comma + 2), depth + 1);
  if (!indices || !values || (indices as ArrowLikeType).typeId !== ArrowTypeId.Int) return undefined;
  return new arrow.Dictionary(values, indices as Int32);
}

function elementOf(arrow: Arrow, inside: string | undefined, depth: number): Field | undefined {
  return around(parseType(arrow, inside ?? "", depth + 1), (type) => new arrow.Field("item", type, true));
}

/** `{a: Int32, b: List<Utf8>}` */
function fieldsOf(arrow: Arrow, text: string, depth: number): Field[] | undefined {
  if (!text.startsWith("{") || !text.endsWith("}")) return undefined;
  const fields: Field[] = [];
  for (const part of outerParts(text.slice(1, -1))) {
    const colon = part.indexOf(": ");
    const type = parseType(arrow, part.slice(colon + 2), depth + 1);
    if (colon < 0 || !type) return undefined;
    fields.push(new arrow.Field(part.slice(0, colon), type, true));
  }
  return fields;
}

/** Cut at commas that are in no bracket. */
function outerParts(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if ("<{[".includes(text[i]!)) depth++;
    else if (">}]".includes(text[i]!)) depth--;
    else if (depth === 0 && text.startsWith(", ", i)) {
      parts.push(text.slice(start, i));
      start = i + 2;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function around<Inner, Outer>(inner: Inner | undefined, make: (inner: Inner) => Outer): Outer | undefined {
  return inner === undefined ? undefined : make(inner);
}
