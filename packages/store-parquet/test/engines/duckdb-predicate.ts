import { DuckDBTypeId } from "@duckdb/node-api";
import type { DuckdbAnswer, TypedValue } from "../support/duckdb.js";
import type { Predicate } from "./random-predicate.js";

const operators = { eq: "=", ne: "<>", lt: "<", lte: "<=", gt: ">", gte: ">=" } as const;

export interface DuckdbPredicateOptions {
  /** `"greatest"`, as it is for DuckDB: NaN equals NaN and is above every other float. `"unordered"`: as IEEE 754 has it. */
  readonly nan: "greatest" | "unordered";
}

/** A predicate as SQL about the columns `c0`, `c1`, …, with its values apart: those that DuckDB itself found in the rows. */
export function duckdbPredicate(
  predicate: Predicate,
  found: DuckdbAnswer,
  { nan }: DuckdbPredicateOptions = { nan: "greatest" },
): { sql: string; values: TypedValue[] } {
  const values: TypedValue[] = [];
  const parameter = (column: number, row: number) => {
    values.push({ type: found.types[column]!, value: found.rows[row]![column]! });
    return `$${values.length}`;
  };
  const isFloat = (column: number) => [DuckDBTypeId.FLOAT, DuckDBTypeId.DOUBLE].includes(found.types[column]!.typeId);
  const isUnordered = (column: number, row: number) =>
    nan === "unordered" && isFloat(column) && Number.isNaN(found.rows[row]![column]);
  /** False, but for nulls. */
  const never = (column: number) => `(c${column} <> c${column})`;
  const ordered = (column: number, sql: string) =>
    nan === "unordered" && isFloat(column) ? `(${sql} and not isnan(c${column}))` : `(${sql})`;
  const sqlOf = (part: Predicate): string => {
    switch (part.op) {
      case "and":
      case "or":
        return `(${part.parts.map(sqlOf).join(` ${part.op} `)})`;
      case "not":
        return `(not ${sqlOf(part.part)})`;
      case "isNull":
        return `(c${part.column} is null)`;
      case "isNotNull":
        return `(c${part.column} is not null)`;
      case "in": {
        const rows = part.rows.filter((row) => !isUnordered(part.column, row));
        if (rows.length === 0) return never(part.column);
        return ordered(
          part.column,
          `c${part.column} in (${rows.map((row) => parameter(part.column, row)).join(", ")})`,
        );
      }
      case "between": {
        if (isUnordered(part.column, part.low) || isUnordered(part.column, part.high)) return never(part.column);
        const [low, high] = [parameter(part.column, part.low), parameter(part.column, part.high)];
        return ordered(part.column, `c${part.column} between ${low} and ${high}`);
      }
      case "ne":
        if (isUnordered(part.column, part.row)) return `(c${part.column} = c${part.column})`;
        if (nan === "unordered" && isFloat(part.column))
          return `(c${part.column} <> ${parameter(part.column, part.row)} or isnan(c${part.column}))`;
        return `(c${part.column} <> ${parameter(part.column, part.row)})`;
      default:
        if (isUnordered(part.column, part.row)) return never(part.column);
        return ordered(part.column, `c${part.column} ${operators[part.op]} ${parameter(part.column, part.row)}`);
    }
  };
  return { sql: sqlOf(predicate), values };
}
