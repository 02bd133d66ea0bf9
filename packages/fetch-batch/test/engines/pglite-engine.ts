import { PGlite } from "@electric-sql/pglite";
import { pgFetcher } from "../../src/fetchers/pg-fetcher.js";
import type { Engine } from "./open-engine.js";

/** An engine on PostgreSQL within this process. */
export async function pgliteEngine(): Promise<Engine> {
  const database = await PGlite.create();
  let queries = 0;
  const counted = {
    query(text: string, values: unknown[]) {
      queries++;
      return database.query<Record<string, unknown>>(text, values);
    },
  };
  return {
    dialect: "postgres",
    fetcher: (settings) => pgFetcher(counted, settings),
    queries: () => queries,
    run: async (sql) => {
      await database.exec(sql);
    },
    insert: async (sql, values) => {
      await database.query(sql, [...values]);
    },
    close: () => database.close(),
  };
}
