/** A table as the catalogue of its database describes it; one shape for all engines. Types, expressions and definitions are as that engine writes them. */
export interface TableSchema {
  /** PostgreSQL: schema. MariaDB and MySQL: database. SQLite: `main` or the name of an attached database. */
  readonly schema: string;
  readonly name: string;
  readonly kind: "table" | "view" | "materialized-view" | "foreign-table";
  readonly comment: string | undefined;
  /** In the order of their position. */
  readonly columns: readonly ColumnSchema[];
  readonly primaryKey: KeySchema | undefined;
  /** Unique constraints; unique indexes that are none are among `indexes` only. */
  readonly uniques: readonly KeySchema[];
  readonly foreignKeys: readonly ForeignKeySchema[];
  readonly checks: readonly CheckSchema[];
  /** All, those of primary keys and unique constraints too. */
  readonly indexes: readonly IndexSchema[];
}

export interface ColumnSchema {
  readonly name: string;
  /** From 1; there may be gaps where columns were dropped. */
  readonly position: number;
  /** As the engine writes it, such as `numeric(10,2)`. */
  readonly type: string;
  readonly nullable: boolean;
  /** Expression. */
  readonly default: string | undefined;
  /** `identity`: the database counts. `stored` and `virtual`: computed from other columns. */
  readonly generated: "identity" | "stored" | "virtual" | undefined;
  /** What it is computed by; SQLite does not tell it. */
  readonly expression: string | undefined;
  readonly comment: string | undefined;
}

export interface KeySchema {
  /** Absent where the database does not name it. */
  readonly name: string | undefined;
  readonly columns: readonly string[];
}

export interface ForeignKeySchema extends KeySchema {
  readonly references: {
    readonly schema: string;
    readonly table: string;
    /** In the order of `columns`; empty, in SQLite: its primary key. */
    readonly columns: readonly string[];
  };
  /** In capitals, such as `NO ACTION`, `CASCADE`. */
  readonly onUpdate: string;
  readonly onDelete: string;
}

export interface CheckSchema {
  readonly name: string | undefined;
  readonly expression: string;
}

export interface IndexSchema {
  readonly name: string;
  /** `undefined` for an expression. */
  readonly columns: readonly (string | undefined)[];
  readonly unique: boolean;
  /** As SQL, where the engine tells it. */
  readonly definition: string | undefined;
}
