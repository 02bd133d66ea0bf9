import type { RawBuilder } from "kysely";
import { toBigint, toJson } from "../sql/exact-values.js";
import { plainValue } from "../sql/plain-value.js";
import type { ReadColumn } from "../sql/read-columns.js";
import type { TableName } from "../sql/table-name.js";
import type { KyselyRunner } from "./kysely-runner.js";
import { kyselyTable } from "./kysely-table.js";

/** A column as it is selected and read. */
export interface KyselyColumn extends ReadColumn {
  /** The expression to select, of the table `t`. */
  readonly select: RawBuilder<unknown>;
}

const ifRounded = "Tell the driver to give large integers as bigints or text.";

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
    return { name, select, read: plainValue(name, /real|floa|doub/i.test(type) ? undefined : ifRounded) };
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
    if (/^bigint/i.test(type)) return { name, select: asText, read: toBigint };
    if (/^json$/i.test(type) && json === "text") return { name, select: asText };
    if (/^json$/i.test(type)) return { name, select: asText, read: toJson };
    return { name, select: column, read: plainValue(name) };
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
