import Database from "libsql";
import { type SqliteDatabase, sqliteFetcher } from "../../src/fetchers/sqlite-fetcher.js";
import type { Engine, Stored } from "./open-engine.js";

/** What the tests use of a database besides what fetchers use. */
export interface TestDatabase extends SqliteDatabase {
  exec(sql: string): unknown;
  close(): void;
}

/** A database in memory, by `libsql`: SQLite with the programming interface of `better-sqlite3`. */
export function openLibsql(): TestDatabase {
  return new Database(":memory:") as unknown as TestDatabase;
}

/** An engine on a database. */
export function sqliteEngine(database: TestDatabase): Engine {
  let queries = 0;
  const counted: SqliteDatabase = {
    prepare(sql) {
      const statement = database.prepare(sql);
      const all = statement.all.bind(statement);
      statement.all = (...parameters) => {
        queries++;
        return all(...parameters);
      };
      return statement;
    },
  };
  return {
    dialect: "sqlite",
    fetcher: () => sqliteFetcher(counted),
    queries: () => queries,
    run: async (sql) => {
      database.exec(sql);
    },
    insert: async (sql, values) => insertInto(database, sql, values),
    close: async () => database.close(),
  };
}

/** Puts rows into a database; dates as texts. */
export function insertInto(database: TestDatabase, sql: string, values: readonly Stored[]): void {
  const statement = database.prepare(sql) as unknown as { run(...values: unknown[]): unknown };
  statement.run(...values.map((value) => storedInSqlite(value)));
}

function storedInSqlite(value: Stored): unknown {
  if (typeof value === "boolean") return value ? 1 : 0;
  return value instanceof Date ? value.toISOString() : value;
}
