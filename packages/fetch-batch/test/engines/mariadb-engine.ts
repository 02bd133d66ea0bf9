import mysql from "mysql2/promise";
import { type MysqlConnection, mysqlFetcher } from "../../src/fetchers/mysql-fetcher.js";
import type { Engine } from "./open-engine.js";

/** Where MariaDB, or MySQL, is for the tests. */
export const mariadbUrl = process.env.LARDER_TEST_MARIADB_URL ?? "mysql://root@127.0.0.1:3306/test";

/** An engine with a database of its own. Rejects when the server can't be reached. */
export async function mariadbEngine(): Promise<Engine & { readonly pool: mysql.Pool }> {
  const pool = mysql.createPool({ uri: mariadbUrl, connectTimeout: 5_000, timezone: "Z" });
  const schema = `larder_${process.pid}_${Date.now()}`;
  try {
    await pool.query(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4`);
  } catch (error) {
    await pool.end();
    throw error;
  }
  let queries = 0;
  const counted: MysqlConnection = {
    query: (options) => {
      queries++;
      return pool.query(options);
    },
    execute: (options) => {
      queries++;
      return pool.execute(options);
    },
  };
  return {
    dialect: "mysql",
    schema,
    pool,
    fetcher: (settings) => mysqlFetcher(counted, settings),
    queries: () => queries,
    run: async (sql) => {
      await pool.query(sql);
    },
    insert: async (sql, values) => {
      await pool.query(sql, [...values]);
    },
    close: async () => {
      await pool.query(`DROP DATABASE ${schema}`);
      await pool.end();
    },
  };
}
