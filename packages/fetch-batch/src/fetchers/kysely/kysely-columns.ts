import type { RawBuilder } from "kysely";
import { FetchBatchError } from "../../errors/fetch-batch-error.js";
import { parseExactJson } from "../json/parse-exact-json.js";
import type { ReadColumn } from "../sql/read-columns.js";
import type { TableName } from "../sql/table-name.js";
import type { KyselyRunner } from "./kysely-runner.js";
import { kyselyTable } from "./kysely-table.js";

/** A column as it is selected and read. */
export interface KyselyColumn extends ReadColumn {
  /** The expression to select, of the table `t`. */
  readonly select: RawBuilder<unknown>;
}

/** The columns of a table; none when there is no such table. */
export async function kyselyColumns(
  runner: KyselyRunner,
  table: TableName,
  json: "parsed" | "text",
): Promise<KyselyColumn[]> {
  if (runner.dialect === "mysql") return mysqlColumns(runner, table, json);
  const types = runner.dialect === "sqlite" ? await sqliteTypes(runner, table) : await standardTypes(runner, table);
  const { sql } = runner.kysely;
  return types.map(({ name, type }) => {
    const select = sql.id("t", name);
    return /real|floa|doub/i.test(type) ? { name, select } : { name, select, read: unrounded(name) };
  });
}

async function mysqlColumns(runner: KyselyRunner, table: TableName, json: "parsed" | "text"): Promise<KyselyColumn[]> {
  const { sql } = runner.kysely;
  const found = await runner.run(sql`show columns from ${kyselyTable(runner, table)}`);
  return found.map((row) => {
    const name = String(row.Field);
    const type = String(row.Type);
    const column = sql.id("t", name);
    const asText = sql`cast(${column} as char)`;
    if (/^bigint/i.test(type)) return { name, select: asText, read: (value) => BigInt(value as string) };
    if (/^json$/i.test(type) && json === "text") return { name, select: asText };
    if (/^json$/i.test(type)) return { name, select: asText, read: (value) => parseExactJson(value as string) };
    return { name, select: column };
  });
}

interface TypedName {
  readonly name: string;
  readonly type: string;
}

async function sqliteTypes(runner: KyselyRunner, { schema, name }: TableName): Promise<TypedName[]> {
  const { sql } = runner.kysely;
  const place = schema === undefined ? sql`${name}` : sql`${name}, ${schema}`;
  return (await runner.run(sql`select name, type from pragma_table_xinfo(${place})`)) as unknown as TypedName[];
}

async function standardTypes(runner: KyselyRunner, { schema, name }: TableName): Promise<TypedName[]> {
  const { sql } = runner.kysely;
  const inSchema = schema === undefined ? sql`` : sql` and table_schema = ${schema}`;
  const query = sql`select column_name as name, data_type as type from information_schema.columns where table_name = ${name}${inSchema} order by ordinal_position`;
  return (await runner.run(query)) as unknown as TypedName[];
}

/** @throws FetchBatchError `inexact-integer` for a whole number that a double may have rounded */
function unrounded(column: string): (value: unknown) => unknown {
  return (value) => {
    if (typeof value !== "number" || !Number.isInteger(value) || Number.isSafeInteger(value)) return value;
    throw new FetchBatchError(
      `The driver gave ${value} in the column ${JSON.stringify(column)}, which may have been rounded. Tell the driver to give large integers as bigints or text.`,
      { code: "inexact-integer", facts: { column, value } },
    );
  };
}
