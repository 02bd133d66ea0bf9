import { LarderError } from "@larder/core";
import type { SqliteDatabase, SqliteStatement } from "@larder/fetch-batch";

/** A connection to an SQLite database. */
export interface OpenDatabase extends SqliteDatabase {
  prepare(sql: string): DatabaseStatement;
  exec(sql: string): unknown;
  close(): unknown;
}

/** A prepared statement. */
export interface DatabaseStatement extends SqliteStatement {
  run(...parameters: (string | number | Uint8Array)[]): unknown;
  /** Rows come as arrays from now on. */
  raw(): DatabaseStatement;
}

/**
 * Opens a database by `libsql`, which is SQLite.
 *
 * @throws LarderError `no-engine` where it does not run on this machine; errors of the driver
 */
export async function openDatabase(file: string): Promise<OpenDatabase> {
  const Database = await import("libsql").then(
    (module) => module.default,
    (cause: unknown) => {
      throw new LarderError(`libsql does not run on ${process.platform} ${process.arch}.`, {
        code: "no-engine",
        cause,
      });
    },
  );
  return new Database(file) as unknown as OpenDatabase;
}

/** Opens a database that nothing is to be written to. @throws as `openDatabase` */
export async function openToRead(file: string): Promise<OpenDatabase> {
  const database = await openDatabase(file);
  database.exec("PRAGMA query_only = ON");
  return database;
}
