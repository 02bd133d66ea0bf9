import { catalogues, combinedDigests, describeSql, type MysqlFlavour } from "./mysql-catalogues.js";
import type { DescribedTable, TableName } from "./schema-source.js";
import type { ColumnSchema, ForeignKeySchema, IndexSchema, KeySchema } from "./table-schema.js";

type Row = Readonly<Record<string, string | number | null>>;

/** Tables asked about in one query. */
const tablesAtOnce = 100;

/** What the catalogues say of tables. */
export async function describeMysql(
  rowsOf: (sql: string, values: unknown[]) => Promise<unknown[]>,
  flavour: MysqlFlavour,
  tables: readonly TableName[],
): Promise<DescribedTable[]> {
  const described: DescribedTable[] = [];
  const all = catalogues(flavour);
  for (let start = 0; start < tables.length; start += tablesAtOnce) {
    const some = tables.slice(start, start + tablesAtOnce);
    const values = some.flatMap(({ schema, name }) => [schema, name]);
    const read = async (kind: keyof typeof all) => {
      return groupedBy((await rowsOf(describeSql(kind, all[kind], some.length), values)) as readonly Row[], idOf);
    };
    // One after the other: a single connection would do so anyway.
    const found = {
      tables: await read("tables"),
      columns: await read("columns"),
      keys: await read("keys"),
      actions: await read("actions"),
      indexes: await read("indexes"),
      checks: await read("checks"),
    };
    for (const table of some) {
      const of = (part: keyof typeof found) => found[part].get(idOf(table)) ?? [];
      const [head] = of("tables");
      if (head === undefined) continue;
      const isView = /view/i.test(String(head.kind));
      const keys = grouped(of("keys"), (row) => JSON.stringify([row.key, row.otherTable !== null]));
      const primary = keys.find(([row]) => row!.key === "PRIMARY");
      const description = {
        ...table,
        kind: isView ? "view" : "table",
        comment: isView ? undefined : textOf(head.comment),
        columns: of("columns")
          .map((row) => columnOf(row, flavour))
          .sort((a, b) => a.position - b.position),
        primaryKey: primary && keyOf(primary),
        uniques: keys.filter((rows) => rows !== primary && rows[0]!.otherTable === null).map(keyOf),
        foreignKeys: keys
          .filter(([row]) => row!.otherTable !== null)
          .map((rows) =>
            foreignKeyOf(
              rows,
              of("actions").find(({ key }) => key === rows[0]!.key),
            ),
          ),
        checks: of("checks").map(({ key, expression }) => ({ name: String(key), expression: String(expression) })),
        indexes: grouped(of("indexes"), ({ index }) => String(index)).map(indexOf),
      } as const;
      // Of the rows that were read: where a table was changed between two of the queries, it is no fingerprint of any of its states.
      const rows = Object.values(found).flatMap((part) => part.get(idOf(table)) ?? []);
      described.push({ fingerprint: combinedDigests(rows.map(({ m }) => String(m))), table: description });
    }
  }
  return described;
}

const idOf = ({ schema, name }: Row | TableName) => JSON.stringify([schema, name]);

function groupedBy(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const id = key(row);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [row]);
    else group.push(row);
  }
  return groups;
}

/** Rows of the same key together, in the order of `place`; by their keys. */
function grouped(rows: readonly Row[], key: (row: Row) => string): Row[][] {
  const groups = groupedBy(rows, key);
  const names = [...groups.keys()].sort();
  return names.map((name) => groups.get(name)!.sort((a, b) => Number(a.place) - Number(b.place)));
}

function columnOf(row: Row, flavour: MysqlFlavour): ColumnSchema {
  const extra = String(row.extra);
  // MariaDB tells defaults as expressions, and NULL where there is none.
  const isNone = row.default === null || (flavour.has("MARIADB") && row.default === "NULL");
  return {
    name: String(row.column),
    position: Number(row.position),
    type: String(row.type),
    nullable: row.nullable === "YES",
    default: isNone ? undefined : String(row.default),
    generated: /auto_increment/i.test(extra)
      ? "identity"
      : /virtual generated/i.test(extra)
        ? "virtual"
        : /(stored|persistent) generated/i.test(extra)
          ? "stored"
          : undefined,
    expression: textOf(row.expression),
    comment: textOf(row.comment),
  };
}

function keyOf(rows: readonly Row[]): KeySchema {
  return { name: String(rows[0]!.key), columns: rows.map(({ column }) => String(column)) };
}

function foreignKeyOf(rows: readonly Row[], actions: Row | undefined): ForeignKeySchema {
  const { otherSchema, otherTable } = rows[0]!;
  const columns = rows.map(({ otherColumn }) => String(otherColumn));
  return {
    ...keyOf(rows),
    references: { schema: String(otherSchema), table: String(otherTable), columns },
    onUpdate: String(actions?.onUpdate ?? ""),
    onDelete: String(actions?.onDelete ?? ""),
  };
}

function indexOf(rows: readonly Row[]): IndexSchema {
  return {
    name: String(rows[0]!.index),
    columns: rows.map(({ column }) => (column === null ? undefined : String(column))),
    unique: Number(rows[0]!.notUnique) === 0,
    definition: undefined,
  };
}

function textOf(value: string | number | null | undefined): string | undefined {
  return value === null || value === undefined || value === "" ? undefined : String(value);
}
