import type { FilterValue, TableFilter } from "@larder/core";
import type { DataType, Field, Table } from "apache-arrow";
import { rawValues } from "../../support/table-difference.js";

/** A random filter for a table, at most `depth` deep; its values are those of the table, near them, or at the edges of the type. */
export function randomFilter(table: Table, random: () => number, depth = 3): TableFilter {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const kind = random();
  if (depth > 0 && kind < 0.45) {
    const op = pick(["and", "or", "not"] as const);
    if (op === "not") return { op, filter: randomFilter(table, random, depth - 1) };
    const filters = Array.from({ length: Math.floor(random() * 4) }, () => randomFilter(table, random, depth - 1));
    return { op, filters };
  }
  const field = pick(table.schema.fields);
  const column = field.name;
  const value = valueMaker(table, field, random);
  if (!value || random() < 0.12) return { op: pick(["isNull", "isNotNull"] as const), column };
  const shape = random();
  if (shape < 0.15) return { op: "between", column, low: value(), high: value() };
  if (shape < 0.35) {
    return {
      op: "in",
      column,
      values: Array.from({ length: Math.floor(random() * (random() < 0.5 ? 4 : 30)) }, value),
    };
  }
  const { typeId } = plainType(field.type);
  if (shape < 0.45 && (typeId === 5 || typeId === 20)) {
    return {
      op: "startsWith",
      column,
      prefix: Array.from(value() as string)
        .slice(0, Math.floor(random() * 3))
        .join(""),
    };
  }
  if (shape < 0.45 && (typeId === 4 || typeId === 15 || typeId === 19)) {
    return { op: "startsWith", column, prefix: (value() as Uint8Array).subarray(0, Math.floor(random() * 3)) };
  }
  return { op: pick(["eq", "ne", "lt", "lte", "gt", "gte"] as const), column, value: value() };
}

function plainType(type: DataType): DataType {
  return (type as { dictionary?: DataType }).dictionary ?? type;
}

/** Makes values that a column takes; `undefined` for a column that takes none. */
function valueMaker(table: Table, { name, type }: Field, random: () => number): (() => FilterValue) | undefined {
  const plain = plainType(type);
  const held = rawValues(table.getChild(name)!).filter((value) => value !== null);
  const heldBytes = (): Buffer | undefined =>
    held.length > 0 && plain.typeId !== 6 ? Buffer.from(held[Math.floor(random() * held.length)]!, "hex") : undefined;
  const edge = (values: readonly FilterValue[]): FilterValue => values[Math.floor(random() * values.length)]!;
  switch (plain.typeId) {
    case 1:
      return () => edge([1, "text", true]);
    case 2:
    case 8:
    case 9:
    case 10:
    case 18:
      return () => {
        const isDate = plain.typeId === 8 || plain.typeId === 10;
        const near = integerOf(heldBytes(), plain) + BigInt(Math.floor(random() * 3) - 1);
        if (plain.typeId !== 2) {
          if (isDate && random() < 0.4) return new Date(Math.floor((random() - 0.5) * (random() < 0.5 ? 1e13 : 1e16)));
          return random() < 0.15 ? edge([0n, 2n ** 63n, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 70n]) : near;
        }
        const way = random();
        if (way < 0.15)
          return edge([0, -0, 0.5, -0.5, Number.NaN, Infinity, -Infinity, 2 ** 53, 255, 128, -129, 2 ** 31, 2 ** 64]);
        if (way < 0.25)
          return edge([2n ** 63n, 2n ** 64n - 1n, 2n ** 64n, -(2n ** 63n), -(2n ** 63n) - 1n, 2n ** 53n + 1n]);
        return way < 0.6 ? near : Number(near) + (random() < 0.2 ? 0.5 : 0);
      };
    case 3:
      return () => {
        const bytes = heldBytes();
        const way = random();
        if (way < 0.25 || !bytes)
          return edge([
            0,
            -0,
            Number.NaN,
            Infinity,
            -Infinity,
            Number.MIN_VALUE,
            1.5,
            Number.MAX_VALUE,
            -Number.MIN_VALUE,
          ]);
        if (way < 0.35) return edge([0n, 1n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 10n ** 400n, -(10n ** 400n)]);
        if (bytes.length === 2) return random() * 1000;
        return bytes.length === 4 ? bytes.readFloatLE(0) : bytes.readDoubleLE(0);
      };
    case 6:
      return () => random() < 0.5;
    case 7:
      return () => {
        const { scale } = plain as unknown as { scale: number };
        const unscaled = integerOf(heldBytes(), plain) + BigInt(Math.floor(random() * 3) - 1);
        const way = random();
        if (way < 0.2) return edge([0n, 10n ** 90n, -(10n ** 90n), 5, -1]);
        if (scale <= 0) return unscaled * 10n ** BigInt(-scale) + BigInt(Math.floor(random() * 2));
        const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
        const text = `${unscaled < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
        return way < 0.4 ? `${text}5` : text;
      };
    case 5:
    case 20:
      return () => {
        const text = heldBytes()?.toString("utf8") ?? "";
        const way = random();
        if (way < 0.15) return edge(["", "\u0000", "\u{10ffff}", "a", "ż", "😀"]);
        return way < 0.3 ? `${text}a` : text;
      };
    case 4:
    case 15:
    case 19:
      return () => {
        const bytes = heldBytes() ?? Buffer.alloc(0);
        const way = random();
        if (way < 0.15) return edge([new Uint8Array(0), Uint8Array.of(255), Uint8Array.of(255, 255), Uint8Array.of(0)]);
        return way < 0.3
          ? Uint8Array.of(...bytes, 0)
          : way < 0.4
            ? Uint8Array.from(bytes.subarray(0, 2))
            : Uint8Array.from(bytes);
      };
    default:
      return undefined;
  }
}

function integerOf(bytes: Buffer | undefined, type: DataType): bigint {
  if (!bytes || bytes.length === 0) return 0n;
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  const isUnsigned = type.typeId === 2 && !(type as unknown as { isSigned: boolean }).isSigned;
  return isUnsigned ? value : BigInt.asIntN(bytes.length * 8, value);
}
