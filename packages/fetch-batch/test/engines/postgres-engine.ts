import pg from "pg";
import { pgFetcher } from "../../src/fetchers/pg-fetcher.js";
import type { Engine } from "./open-engine.js";

/** Where PostgreSQL is for the tests. */
export const postgresUrl = process.env.LARDER_TEST_POSTGRES_URL ?? "postgres://postgres@127.0.0.1:5432/test";

/** An engine with a schema of its own in PostgreSQL. Rejects when PostgreSQL can't be reached. */
export async function postgresEngine(): Promise<Engine & { readonly pool: pg.Pool }> {
  const pool = new pg.Pool({ connectionString: postgresUrl, connectionTimeoutMillis: 5_000 });
  const schema = `larder_${process.pid}_${Date.now()}`;
  try {
    await pool.query(`CREATE SCHEMA ${schema}`);
  } catch (error) {
    await pool.end();
    throw error;
  }
  let queries = 0;
  const counted = {
    totalCount: 0,
    query(text: string, values: unknown[]) {
      queries++;
      return pool.query(text, values);
    },
  };
  return {
    dialect: "postgres",
    schema,
    pool,
    fetcher: (settings) => pgFetcher(counted, settings),
    queries: () => queries,
    run: async (sql) => {
      await pool.query(sql);
    },
    insert: async (sql, values) => {
      await pool.query(sql, [...values]);
    },
    close: async () => {
      await pool.query(`DROP SCHEMA ${schema} CASCADE`);
      await pool.end();
    },
  };
}
