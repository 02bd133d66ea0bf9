import type { Dialect, SqliteDatabase } from "kysely";
import { Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from "kysely";
import mysql from "mysql2";
import pg from "pg";
import { kyselyFetcher } from "../../src/fetchers/kysely-fetcher.js";
import { mariadbEngine, mariadbUrl } from "./mariadb-engine.js";
import type { Engine } from "./open-engine.js";
import { postgresEngine, postgresUrl } from "./postgres-engine.js";
import { openLibsql, sqliteEngine } from "./sqlite-engine.js";

/** The same engine, with fetchers by Kysely, which counts their queries. */
function byKysely(engine: Engine, dialect: Dialect): Engine {
  let queries = 0;
  const db = new Kysely<unknown>({
    dialect,
    log: () => {
      queries++;
    },
  });
  return {
    ...engine,
    fetcher: (settings) => kyselyFetcher(db, settings),
    queries: () => queries,
    close: async () => {
      await db.destroy();
      await engine.close();
    },
  };
}

export async function kyselySqlite(): Promise<Engine> {
  const database = openLibsql();
  const kept = { ...sqliteEngine(database), close: async () => undefined };
  return byKysely(kept, new SqliteDialect({ database: database as unknown as SqliteDatabase }));
}

export async function kyselyPostgres(): Promise<Engine> {
  const pool = new pg.Pool({ connectionString: postgresUrl });
  return byKysely(await postgresEngine(), new PostgresDialect({ pool }));
}

export async function kyselyMariadb(): Promise<Engine> {
  const pool = mysql.createPool({ uri: mariadbUrl, timezone: "Z" });
  return byKysely(await mariadbEngine(), new MysqlDialect({ pool }));
}
