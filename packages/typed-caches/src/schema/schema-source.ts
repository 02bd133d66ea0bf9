import type { TableSchema } from "./table-schema.js";

/** A table by its two names, exactly as the catalogue has them. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** A table, and a digest that differs when anything of its {@link TableSchema} does. */
export interface TableFingerprint extends TableName {
  readonly fingerprint: string;
}

/** A table with the fingerprint of the very state that it is a description of. */
export interface DescribedTable {
  readonly fingerprint: string;
  readonly table: TableSchema;
}

/** A database whose tables can be described. Made by `postgresSchema`, `mysqlSchema`, `sqliteSchema`, or by you. */
export interface SchemaSource {
  /** All tables and views it is about, by one query over the catalogue. */
  fingerprints(): Promise<readonly TableFingerprint[]>;
  /** What the catalogue says of tables; one that is not there is left out. */
  describe(tables: readonly TableName[]): Promise<readonly DescribedTable[]>;
  /** Where a table lies that is named without a schema. */
  defaultSchema(): Promise<string>;
}
