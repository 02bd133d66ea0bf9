import { FetchBatchError } from "../../errors/fetch-batch-error.js";

/** A table as a database knows it. */
export interface TableName {
  /** Schema, or in MySQL and SQLite the database. Absent: the one the connection looks in. */
  readonly schema?: string | undefined;
  readonly name: string;
}

/** Tells which table of the database is meant by the name given to `getData`. */
export type ResolveTable = (table: string) => TableName;

/**
 * `schema.table` or `table`. Either is taken as it is, whatever characters it has.
 *
 * @throws FetchBatchError `invalid-name` when a part is empty, or there is more than one dot: then nothing tells what is the schema
 */
export function splitTableName(table: string): TableName {
  const parts = table.split(".");
  if (parts.length > 2) {
    throw new FetchBatchError(
      `The table ${JSON.stringify(table)} has more than one dot: say in the option resolveTable what is the schema and what the table.`,
      { code: "invalid-name", facts: { name: table } },
    );
  }
  const [first = "", second] = parts;
  return second === undefined ? { name: first } : { schema: first, name: second };
}
