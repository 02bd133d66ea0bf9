import { sha256OfBytes } from "../files/sha256.js";
import type { SchemaSource, TableFingerprint, TableName } from "./schema-source.js";
import { sqliteChecks } from "./sqlite-checks.js";
import type { ColumnSchema, ForeignKeySchema, IndexSchema, KeySchema, TableSchema } from "./table-schema.js";
import { quotedName } from "./table-text.js";

/** A database of `better-sqlite3`, `libsql`, `node:sqlite`, or anything with their `prepare`. */
export interface SqliteClient {
  prepare(sql: string): { all(...values: unknown[]): unknown[] };
}

export interface SqliteSchemaOptions {
  /** `main`, and names of attached databases. Default: `main` alone. */
  readonly schemas?: readonly string[] | undefined;
}

interface Made {
  readonly schema: string;
  readonly type: string;
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string | null;
}

/** Tables and views of SQLite. A view is taken to be changed by any change, for its columns come from tables. */
export function sqliteSchema(client: SqliteClient, { schemas = ["main"] }: SqliteSchemaOptions = {}): SchemaSource {
  const all = <Row>(sql: string, ...values: unknown[]) => client.prepare(sql).all(...values) as Row[];
  const source = (schema: string) =>
    `SELECT ${text(schema)} AS schema, type, name, tbl_name, sql FROM ${quotedName(schema)}.sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' OR type = 'index'`;
  const madeSql = `${schemas.map(source).join(" UNION ALL ")} ORDER BY 1, 2, 3`;

  const fingerprints = () => {
    const made = schemas.length === 0 ? [] : all<Made>(madeSql);
    const whole = sha256OfBytes(Buffer.from(JSON.stringify(made)));
    const parts = new Map<string, { readonly table: Made; readonly parts: unknown[] }>();
    for (const one of made) {
      if (one.type === "table" || one.type === "view")
        parts.set(keyOf(one.schema, one.name), { table: one, parts: [] });
    }
    for (const one of made) {
      if (one.type === "trigger") continue;
      parts.get(keyOf(one.schema, one.tbl_name))?.parts.push([one.type, one.name, one.sql]);
    }
    return [...parts.values()].map(({ table, parts: own }): TableFingerprint => {
      const fingerprint =
        table.type === "view"
          ? sha256OfBytes(Buffer.from(whole + table.name))
          : sha256OfBytes(Buffer.from(JSON.stringify(own)));
      return { schema: table.schema, name: table.name, fingerprint };
    });
  };

  return {
    fingerprints: async () => fingerprints(),
    async describe(tables: readonly TableName[]) {
      // The descriptions are many reads: they count only when nothing changed meanwhile.
      for (let before = fingerprints(); ; ) {
        const described = tables.map((table) => describe(all, table));
        const after = fingerprints();
        const same = JSON.stringify(before) === JSON.stringify(after);
        before = after;
        if (!same) continue;
        const known = new Map(after.map(({ schema, name: table, fingerprint }) => [keyOf(schema, table), fingerprint]));
        return described.flatMap((table) => {
          const fingerprint = table && known.get(keyOf(table.schema, table.name));
          return fingerprint === undefined ? [] : [{ fingerprint, table: table! }];
        });
      }
    },
    async defaultSchema() {
      return "main";
    },
  };
}

const keyOf = (schema: string, table: string) => JSON.stringify([schema, table]);

/** Pragmas take names as values; only what stands before a dot must be written. */
type All = <Row>(sql: string, ...values: unknown[]) => Row[];

interface ColumnRow {
  readonly cid: number | bigint;
  readonly name: string;
  readonly type: string;
  readonly notnull: number | bigint;
  readonly dflt_value: string | null;
  readonly pk: number | bigint;
  readonly hidden: number | bigint;
}

function describe(all: All, { schema, name: table }: TableName): TableSchema | undefined {
  const found = all<Made>(
    `SELECT type, name, sql FROM ${quotedName(schema)}.sqlite_master WHERE name = ? AND type IN ('table', 'view')`,
    table,
  )[0];
  if (found === undefined) return undefined;
  const rows = all<ColumnRow>("SELECT * FROM pragma_table_xinfo(?, ?) ORDER BY cid", table, schema);
  const keyed = rows.filter(({ pk }) => Number(pk) > 0).sort((a, b) => Number(a.pk) - Number(b.pk));
  const indexes = indexesOf(all, schema, table);
  return {
    schema,
    name: table,
    kind: found.type === "view" ? "view" : "table",
    comment: undefined,
    columns: rows.map((row) => columnOf(row, keyed)),
    primaryKey: keyed.length === 0 ? undefined : { name: undefined, columns: keyed.map((row) => row.name) },
    uniques: indexes.filter(({ origin }) => origin === "u").map(({ columns }) => uniqueOf(columns)),
    foreignKeys: foreignKeysOf(all, schema, table),
    checks: found.type === "view" ? [] : sqliteChecks(found.sql ?? ""),
    indexes: indexes.map(({ origin: _origin, ...index }) => index),
  };
}

function columnOf(row: ColumnRow, keyed: readonly ColumnRow[]): ColumnSchema {
  const hidden = Number(row.hidden);
  // The one column whose NULL is the next number: it is never NULL once stored.
  const isRowid = keyed.length === 1 && keyed[0] === row && /^integer$/i.test(row.type);
  return {
    name: row.name,
    position: Number(row.cid) + 1,
    type: row.type,
    nullable: Number(row.notnull) === 0 && !isRowid,
    default: row.dflt_value ?? undefined,
    generated: hidden === 2 ? "virtual" : hidden === 3 ? "stored" : undefined,
    expression: undefined,
    comment: undefined,
  };
}

function uniqueOf(columns: readonly (string | undefined)[]): KeySchema {
  return { name: undefined, columns: columns.map((column) => column ?? "") };
}

function indexesOf(all: All, schema: string, table: string): (IndexSchema & { readonly origin: string })[] {
  const rows = all<{ name: string; unique: number | bigint; origin: string }>(
    `SELECT name, "unique", origin FROM pragma_index_list(?, ?) ORDER BY name`,
    table,
    schema,
  );
  return rows.map((row) => {
    const columns = all<{ name: string | null }>(
      "SELECT name FROM pragma_index_xinfo(?, ?) WHERE key = 1 ORDER BY seqno",
      row.name,
      schema,
    );
    const made = all<{ sql: string | null }>(
      `SELECT sql FROM ${quotedName(schema)}.sqlite_master WHERE type = 'index' AND name = ?`,
      row.name,
    );
    return {
      name: row.name,
      columns: columns.map((column) => column.name ?? undefined),
      unique: Number(row.unique) === 1,
      definition: made[0]?.sql ?? undefined,
      origin: row.origin,
    };
  });
}

function foreignKeysOf(all: All, schema: string, table: string): ForeignKeySchema[] {
  const rows = all<{
    id: number | bigint;
    table: string;
    from: string;
    to: string | null;
    on_update: string;
    on_delete: string;
  }>("SELECT * FROM pragma_foreign_key_list(?, ?) ORDER BY id, seq", table, schema);
  const keys = new Map<number, ForeignKeySchema & { columns: string[]; references: { columns: string[] } }>();
  for (const row of rows) {
    const id = Number(row.id);
    const key = keys.get(id) ?? {
      name: undefined,
      columns: [],
      references: { schema, table: row.table, columns: [] },
      onUpdate: row.on_update,
      onDelete: row.on_delete,
    };
    keys.set(id, key);
    key.columns.push(row.from);
    if (row.to !== null) key.references.columns.push(row.to);
  }
  return [...keys.values()].reverse();
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
