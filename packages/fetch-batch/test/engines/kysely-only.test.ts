import { CamelCasePlugin, Kysely, type SqliteDatabase, SqliteDialect } from "kysely";
import { describe, expect, it } from "vitest";
import { kyselyFetcher } from "../../src/fetchers/kysely-fetcher.js";
import { fetchRows } from "./fetch-rows.js";
import { openLibsql } from "./sqlite-engine.js";

describe("what only Kysely has", () => {
  it("takes names as the database has them, whatever plugins rename", async () => {
    const database = openLibsql();
    database.exec(
      "CREATE TABLE user_names (id INTEGER PRIMARY KEY, first_name TEXT, lastName TEXT); INSERT INTO user_names VALUES (1, 'a', 'b')",
    );
    const db = new Kysely<{ userNames: { id: number } }>({
      dialect: new SqliteDialect({ database: database as unknown as SqliteDatabase }),
      plugins: [new CamelCasePlugin()],
    });
    const rows = await fetchRows(kyselyFetcher(db), [1], "user_names", ["first_name", "lastName"]);
    expect(rows).toEqual([{ id: 1, first_name: "a", lastName: "b" }]);
    await db.destroy();
  });

  it("sends no more parameters in a query than told", async () => {
    const database = openLibsql();
    database.exec("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3), (4), (5)");
    const counts: number[] = [];
    const db = new Kysely<unknown>({
      dialect: new SqliteDialect({ database: database as unknown as SqliteDatabase }),
      log: ({ query }) => {
        counts.push(query.parameters.length);
      },
    });
    expect(await fetchRows(kyselyFetcher(db, { idsPerQuery: 2 }), [1, 2, 3, 4, 5], "t", [])).toHaveLength(5);
    expect(counts.slice(1)).toEqual([2, 2, 1]);
    await db.destroy();
  });

  it("works within a transaction", async () => {
    const database = openLibsql();
    database.exec("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: database as unknown as SqliteDatabase }) });
    await db.transaction().execute(async (transaction) => {
      database.exec("INSERT INTO t VALUES (1)");
      expect(await fetchRows(kyselyFetcher(transaction), [1], "t", [])).toEqual([{ id: 1 }]);
    });
    await db.destroy();
  });
});
