import { type DataType, TimeUnit, type Vector } from "apache-arrow";
import pl, { type Expr } from "nodejs-polars";
import type { Predicate } from "./random-predicate.js";

/** Types of Polars' own columns of which a value can be written as a literal: Polars for Node has none of bytes and decimals. */
export function hasLiterals({ typeId }: DataType): boolean {
  return ![1, 4, 7, 15, 19].includes(typeId);
}

/** A predicate about the columns `c0`, `c1`, … as an expression. `columns` are those Polars itself read. */
export function polarsPredicate(predicate: Predicate, columns: readonly Vector[]): Expr {
  const column = (place: number) => pl.col(`c${place}`);
  const literal = (place: number, row: number) => literalOf(columns[place]!, row);
  switch (predicate.op) {
    case "and":
    case "or": {
      const [first, ...rest] = predicate.parts.map((part) => polarsPredicate(part, columns));
      return rest.reduce((left, right) => (predicate.op === "and" ? left.and(right) : left.or(right)), first!);
    }
    case "not":
      return polarsPredicate(predicate.part, columns).not();
    case "isNull":
      return column(predicate.column).isNull();
    case "isNotNull":
      return column(predicate.column).isNotNull();
    case "in": {
      // Not isIn: it takes no values of most types.
      const equal = predicate.rows.map((row) => column(predicate.column).eq(literal(predicate.column, row)));
      return equal.reduce((left, right) => left.or(right));
    }
    case "between": {
      const from = column(predicate.column).gtEq(literal(predicate.column, predicate.low));
      return from.and(column(predicate.column).ltEq(literal(predicate.column, predicate.high)));
    }
    case "eq":
      return column(predicate.column).eq(literal(predicate.column, predicate.row));
    case "ne":
      return column(predicate.column).neq(literal(predicate.column, predicate.row));
    case "lt":
      return column(predicate.column).lt(literal(predicate.column, predicate.row));
    case "lte":
      return column(predicate.column).ltEq(literal(predicate.column, predicate.row));
    case "gt":
      return column(predicate.column).gt(literal(predicate.column, predicate.row));
    case "gte":
      return column(predicate.column).gtEq(literal(predicate.column, predicate.row));
  }
}

const integers = {
  8: [pl.UInt8, pl.Int8],
  16: [pl.UInt16, pl.Int16],
  32: [pl.UInt32, pl.Int32],
  64: [pl.UInt64, pl.Int64],
};
const units = { [TimeUnit.MILLISECOND]: "ms", [TimeUnit.MICROSECOND]: "us", [TimeUnit.NANOSECOND]: "ns" } as const;

/** The value of a row as a constant of its type: a number as text, made an integer, made what it means. */
function literalOf(column: Vector, row: number): Expr {
  const type = column.type as DataType & {
    bitWidth?: 8 | 16 | 32 | 64;
    isSigned?: boolean;
    unit?: keyof typeof units;
    timezone?: string | null;
    precision?: number;
    scale?: number;
  };
  const { data, place } = chunkOf(column, row);
  const stored = data.values?.[place];
  const integer = (width: 32 | 64) => pl.lit(String(stored)).cast(integers[width][1]!);
  switch (type.typeId) {
    case 6:
      return pl.lit(column.get(row));
    case 2:
      return pl.lit(String(stored)).cast(integers[type.bitWidth!][type.isSigned ? 1 : 0]!);
    case 3:
      return type.precision === 2 ? pl.lit(stored) : pl.lit(column.get(row)).cast(pl.Float32);
    case 5:
    case 20:
    case -1:
      return pl.lit(column.get(row));
    case 8:
      return integer(32).cast(pl.Date);
    case 9:
      return integer(64).cast(pl.Time);
    case 10:
      return integer(64).cast(pl.Datetime(units[type.unit!], type.timezone ?? null));
    case 18:
      return integer(64).cast(pl.Duration(units[type.unit!]));
    default:
      throw new TypeError(`No literal of ${type}`);
  }
}

function chunkOf(column: Vector, row: number) {
  let place = row;
  for (const data of column.data) {
    if (place < data.length) return { data, place };
    place -= data.length;
  }
  throw new RangeError(`no row ${row}`);
}
