import type { SchemaSource, TableFingerprint, TableName } from "./schema-source.js";
import type { TableSchema } from "./table-schema.js";

/** A client or pool of `pg`, `PGlite`, or anything with their `query`. */
export interface PostgresClient {
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

export interface PostgresSchemaOptions {
  /** Default: all but those of the system. */
  readonly schemas?: readonly string[] | undefined;
}

const object = (entries: Readonly<Record<string, string>>) =>
  `json_build_object(${Object.entries(entries)
    .map(([name, sql]) => `'${name}', ${sql}`)
    .join(", ")})`;

const list = (element: string, order: string, from: string) =>
  `(SELECT coalesce(json_agg(${element} ORDER BY ${order}), '[]'::json) FROM ${from})`;

/** The names of the columns of a table `relation`, by an array of their numbers; NULL for 0, which stands for an expression. */
const columnNames = (numbers: string, relation: string) =>
  list(
    "a2.attname",
    "k.place",
    `unnest(${numbers}) WITH ORDINALITY AS k(attnum, place) LEFT JOIN pg_catalog.pg_attribute a2 ON a2.attrelid = ${relation} AND a2.attnum = k.attnum AND k.attnum <> 0`,
  );

const action = (column: string) =>
  `CASE ${column} WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' END`;

const constraints = (kind: string, entries: Readonly<Record<string, string>>) =>
  list(
    object({ name: "o.conname", ...entries }),
    "o.conname, o.oid",
    `pg_catalog.pg_constraint o WHERE o.conrelid = c.oid AND o.contype = '${kind}'`,
  );

const key = { columns: columnNames("o.conkey", "o.conrelid") };

const columns = list(
  object({
    name: "a.attname",
    position: "a.attnum",
    type: "pg_catalog.format_type(a.atttypid, a.atttypmod)",
    nullable: "NOT a.attnotnull",
    default: "CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END",
    generated:
      "CASE WHEN a.attidentity <> '' THEN 'identity' WHEN a.attgenerated = 's' THEN 'stored' WHEN a.attgenerated <> '' THEN 'virtual' END",
    expression: "CASE WHEN a.attgenerated <> '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END",
    comment: "pg_catalog.col_description(c.oid, a.attnum)",
  }),
  "a.attnum",
  "pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped",
);

const indexes = list(
  object({
    name: "i.relname",
    columns: columnNames("x.indkey::int2[]", "x.indrelid"),
    unique: "x.indisunique",
    definition: "pg_catalog.pg_get_indexdef(x.indexrelid)",
  }),
  "i.relname, i.oid",
  "pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = c.oid",
);

/** All of a table `c` in the schema `n`, as JSON. */
const description = object({
  schema: "n.nspname",
  name: "c.relname",
  kind: "CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized-view' WHEN 'f' THEN 'foreign-table' ELSE 'table' END",
  comment: "pg_catalog.obj_description(c.oid, 'pg_class')",
  columns,
  primaryKey: constraints("p", key),
  uniques: constraints("u", key),
  foreignKeys: constraints("f", {
    ...key,
    references: `(SELECT ${object({
      schema: "rn.nspname",
      table: "r.relname",
      columns: columnNames("o.confkey", "o.confrelid"),
    })} FROM pg_catalog.pg_class r JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace WHERE r.oid = o.confrelid)`,
    onUpdate: action("o.confupdtype"),
    onDelete: action("o.confdeltype"),
  }),
  checks: constraints("c", { expression: "pg_catalog.pg_get_expr(o.conbin, o.conrelid)" }),
  indexes,
});

const from = `FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')`;

/** Of the very text that a description is read from: it differs when the description does. */
const fingerprintsSql = `SELECT n.nspname AS schema, c.relname AS name, md5((${description})::text) AS fingerprint ${from}
AND CASE WHEN $1::text IS NULL THEN n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ELSE n.nspname IN (SELECT json_array_elements_text($1::text::json)) END`;

const describeSql = `SELECT description, md5(description) AS fingerprint FROM (SELECT (${description})::text AS description ${from}
AND (n.nspname, c.relname) IN (SELECT t->>0, t->>1 FROM json_array_elements($1::text::json) AS t)) AS described`;

/** Tables, views and foreign tables of PostgreSQL 12 or later. */
export function postgresSchema(client: PostgresClient, options: PostgresSchemaOptions = {}): SchemaSource {
  const schemas = options.schemas === undefined ? null : JSON.stringify(options.schemas);
  return {
    async fingerprints() {
      return (await client.query(fingerprintsSql, [schemas])).rows as readonly TableFingerprint[];
    },
    async describe(tables: readonly TableName[]) {
      const names = JSON.stringify(tables.map(({ schema, name }) => [schema, name]));
      const { rows } = await client.query(describeSql, [names]);
      return (rows as readonly { description: string; fingerprint: string }[]).map((row) => {
        return { fingerprint: row.fingerprint, table: tableOf(JSON.parse(row.description)) };
      });
    },
    async defaultSchema() {
      const { rows } = await client.query("SELECT current_schema() AS schema", []);
      return (rows as readonly { schema: string | null }[])[0]?.schema ?? "public";
    },
  };
}

/** JSON has `null` for what is absent, and a list for the one primary key. */
function tableOf(parsed: Record<string, unknown>): TableSchema {
  const { primaryKey, ...table } = withoutNulls(parsed) as Record<string, unknown> & { primaryKey: unknown[] };
  return { ...table, primaryKey: primaryKey[0] } as unknown as TableSchema;
}

function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutNulls(part)]));
}
