import { toBigint, toJson } from "../sql/exact-values.js";
import { quoteName } from "../sql/quote-name.js";
import type { ReadColumn } from "../sql/read-columns.js";
import { pgNames } from "./pg-names.js";

/** A column as it is selected and read. */
export interface PgColumn extends ReadColumn {
  /** The expression to select, of the table `t`. */
  readonly select: string;
  /** The type its values are compared with, where ids are texts. */
  readonly textIdType: string;
}

/** The columns of the table `$1`, a quoted name: their names, types (of domains what they are made of) and kinds. */
export const pgColumnsQuery = `SELECT a.attname::text AS name,
  (CASE WHEN t.typbasetype = 0 THEN t.oid ELSE t.typbasetype END)::int8::text AS type, t.typcategory::text AS category
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = pg_catalog.to_regclass($1::text) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

// Numbers of types, which PostgreSQL never changes: pg_type.dat.
const int8 = "20";
const jsonTypes = new Set(["114", "3802"]);
const uuid = "2950";
const bpchar = "1042";
/** bool, bytea, char, name, int2, int4, text, oid, float4, float8, bpchar, varchar, date, timestamp, timestamptz, numeric, uuid */
const readByDriver = new Set("16 17 18 19 21 23 25 26 700 701 1042 1043 1082 1114 1184 1700 2950".split(" "));

/** A row of {@link pgColumnsQuery} as a column. */
export function pgColumnOf(row: Record<string, unknown>, json: "parsed" | "text"): PgColumn {
  const name = String(row.name);
  const type = String(row.type);
  const quoted = `t.${quoteName(name, pgNames)}`;
  const textIdType = type === uuid ? "uuid" : type === bpchar ? "bpchar" : "text";
  if (type === int8) return { name, textIdType, select: `${quoted}::text`, read: toBigint };
  if (jsonTypes.has(type) && json === "parsed") return { name, textIdType, select: `${quoted}::text`, read: toJson };
  if (row.category === "A") return { name, textIdType, select: `pg_catalog.to_json(${quoted})::text`, read: toJson };
  if (readByDriver.has(type)) return { name, textIdType, select: quoted };
  return { name, textIdType, select: `${quoted}::text` };
}
