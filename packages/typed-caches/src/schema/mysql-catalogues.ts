/** What a server's `information_schema` has that others lack, as `TABLE.COLUMN`. */
export type MysqlFlavour = ReadonlySet<string>;

/** One of the catalogues: a relation `t` with TABLE_SCHEMA and TABLE_NAME, and what is asked of it, as SQL by the name it gets. */
export interface Catalogue {
  readonly from: string;
  readonly columns: Readonly<Record<string, string>>;
}

/** What is asked about to tell flavours apart. */
export const flavourSql = `SELECT UPPER(TABLE_NAME) AS t, UPPER(COLUMN_NAME) AS c FROM information_schema.COLUMNS
WHERE UPPER(TABLE_SCHEMA) = 'INFORMATION_SCHEMA' AND UPPER(TABLE_NAME) IN ('CHECK_CONSTRAINTS', 'STATISTICS', 'COLUMNS')`;

const fixed = {
  tables: {
    from: "information_schema.TABLES t",
    columns: { kind: "t.TABLE_TYPE", comment: "t.TABLE_COMMENT" },
  },
  keys: {
    from: "information_schema.KEY_COLUMN_USAGE t",
    columns: {
      key: "t.CONSTRAINT_NAME",
      place: "t.ORDINAL_POSITION",
      column: "t.COLUMN_NAME",
      otherSchema: "t.REFERENCED_TABLE_SCHEMA",
      otherTable: "t.REFERENCED_TABLE_NAME",
      otherColumn: "t.REFERENCED_COLUMN_NAME",
    },
  },
  actions: {
    from: "(SELECT CONSTRAINT_SCHEMA AS TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE FROM information_schema.REFERENTIAL_CONSTRAINTS) t",
    columns: { key: "t.CONSTRAINT_NAME", onUpdate: "t.UPDATE_RULE", onDelete: "t.DELETE_RULE" },
  },
} as const;

/** All that is told of tables; both fingerprints and descriptions are made of these. */
export function catalogues(flavour: MysqlFlavour) {
  const { from, columns } = checks(flavour);
  return {
    ...fixed,
    columns: {
      from: "information_schema.COLUMNS t",
      columns: {
        column: "t.COLUMN_NAME",
        position: "t.ORDINAL_POSITION",
        type: "t.COLUMN_TYPE",
        nullable: "t.IS_NULLABLE",
        default: "t.COLUMN_DEFAULT",
        extra: "t.EXTRA",
        expression: flavour.has("COLUMNS.GENERATION_EXPRESSION") ? "t.GENERATION_EXPRESSION" : "NULL",
        comment: "t.COLUMN_COMMENT",
      },
    },
    indexes: {
      from: "information_schema.STATISTICS t",
      columns: {
        index: "t.INDEX_NAME",
        place: "t.SEQ_IN_INDEX",
        column: "t.COLUMN_NAME",
        notUnique: "t.NON_UNIQUE",
        length: "t.SUB_PART",
        type: "t.INDEX_TYPE",
        expression: flavour.has("STATISTICS.EXPRESSION") ? "t.EXPRESSION" : "NULL",
      },
    },
    checks: { from, columns },
  } as const;
}

/** MariaDB tells the table of a check; MySQL only its name, which is unique in its database; older ones have no checks. */
function checks(flavour: MysqlFlavour) {
  const columns = { key: "t.CONSTRAINT_NAME", expression: "t.CHECK_CLAUSE" } as const;
  const told = "CONSTRAINT_SCHEMA AS TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE";
  if (flavour.has("CHECK_CONSTRAINTS.TABLE_NAME")) {
    return { from: `(SELECT ${told} FROM information_schema.CHECK_CONSTRAINTS) t`, columns };
  }
  if (flavour.has("CHECK_CONSTRAINTS.CHECK_CLAUSE")) {
    const joined =
      "SELECT o.TABLE_SCHEMA, o.TABLE_NAME, o.CONSTRAINT_NAME, k.CHECK_CLAUSE FROM information_schema.TABLE_CONSTRAINTS o JOIN information_schema.CHECK_CONSTRAINTS k ON k.CONSTRAINT_SCHEMA = o.CONSTRAINT_SCHEMA AND k.CONSTRAINT_NAME = o.CONSTRAINT_NAME WHERE o.CONSTRAINT_TYPE = 'CHECK'";
    return { from: `(${joined}) t`, columns };
  }
  const none = "SELECT '' AS TABLE_SCHEMA, '' AS TABLE_NAME, '' AS CONSTRAINT_NAME, '' AS CHECK_CLAUSE";
  return { from: `(SELECT * FROM (${none}) e WHERE 1 = 0) t`, columns };
}

const system = "t.TABLE_SCHEMA NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')";

// As the names are: the catalogue's own collations take `Orders` and `orders` for one.
const exact = (column: string) => `CONVERT(${column} USING utf8mb4) COLLATE utf8mb4_bin`;

/** SQL for the digest of one row of a catalogue. QUOTE(NULL) is the word NULL: no two rows have the same text. */
function digestOf(kind: string, { columns }: Catalogue): string {
  const texts = Object.values(columns).map((sql) => `QUOTE(${sql})`);
  return `MD5(CONCAT_WS(',', '${kind}', ${texts.join(", ")}))`;
}

/** What `fingerprintsSql` makes of the digests of the rows of a table, made here. */
export function combinedDigests(digests: readonly string[]): string {
  const half = (from: number) => {
    const combined = digests.reduce((sum, digest) => sum ^ BigInt(`0x${digest.slice(from, from + 16)}`), 0n);
    return combined.toString(16).toUpperCase();
  };
  return `${half(0)}-${half(16)}-${digests.length}`;
}

/**
 * One query for the fingerprints of all tables: for each, the digests of the rows that all catalogues have of it, combined without regard
 * to their order. (What joins texts there is cut at a length that each server sets.)
 *
 * @param schemas - how many databases will be given as values, for each of the `places`; absent: all but those of the system
 */
export function fingerprintsSql(flavour: MysqlFlavour, schemas: number | undefined): { sql: string; places: number } {
  const parts = Object.entries(catalogues(flavour));
  const where = schemas === undefined ? system : `t.TABLE_SCHEMA IN (${Array(schemas).fill("?").join(", ")})`;
  const selects = parts.map(([kind, catalogue]) => {
    const names = `${exact("t.TABLE_SCHEMA")} AS s, ${exact("t.TABLE_NAME")} AS n`;
    return `SELECT ${names}, ${digestOf(kind, catalogue)} AS m FROM ${catalogue.from} WHERE ${where}`;
  });
  const half = (sql: string) => `HEX(BIT_XOR(CAST(CONV(${sql}, 16, 10) AS UNSIGNED)))`;
  const fingerprint = `CONCAT_WS('-', ${half("LEFT(m, 16)")}, ${half("RIGHT(m, 16)")}, COUNT(*))`;
  const sql = `SELECT s AS \`schema\`, n AS name, ${fingerprint} AS fingerprint FROM (${selects.join(" UNION ALL ")}) AS rows_of_tables GROUP BY s, n`;
  return { sql, places: parts.length };
}

/** What a catalogue has of some tables, each row with its digest `m`. @param tables - how many, each given by two values */
export function describeSql(kind: string, catalogue: Catalogue, tables: number): string {
  const asked = Object.entries(catalogue.columns).map(([name, sql]) => `${sql} AS \`${name}\``);
  const each = Array(tables).fill("(t.TABLE_SCHEMA = ? AND t.TABLE_NAME = ?)").join(" OR ");
  const names = "t.TABLE_SCHEMA AS `schema`, t.TABLE_NAME AS name";
  return `SELECT ${names}, ${digestOf(kind, catalogue)} AS m, ${asked.join(", ")} FROM ${catalogue.from} WHERE ${each}`;
}
