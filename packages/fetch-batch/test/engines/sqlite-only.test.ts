import { createRequire } from "node:module";
import { describe, expect, it, type TestContext } from "vitest";
import { sqliteFetcher } from "../../src/fetchers/sqlite-fetcher.js";
import { checkCachedFetching } from "./cache-contract.js";
import { fetchRows } from "./fetch-rows.js";
import { openLibsql, sqliteEngine, type TestDatabase } from "./sqlite-engine.js";

const require = createRequire(import.meta.url);

/** Another engine of SQLite, where this machine has it. */
function loaded(ctx: TestContext, name: string): Record<string, new (path: string) => TestDatabase> {
  try {
    const found = require(name);
    return typeof found === "function" ? { Database: found } : found;
  } catch {
    return ctx.skip(`needs ${name}`);
  }
}

const extremes = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n];

describe("what only SQLite has", () => {
  it("works with better-sqlite3", async (ctx) => {
    const database = new (loaded(ctx, "better-sqlite3").Database!)(":memory:");
    await checkCachedFetching(sqliteEngine(database), extremes);
    database.close();
  });

  it("works with node:sqlite", async (ctx) => {
    const database = new (loaded(ctx, "node:sqlite").DatabaseSync!)(":memory:");
    await checkCachedFetching(sqliteEngine(database), extremes);
    database.close();
  });

  it("gives integers as numbers when asked, and refuses those that may have been rounded", async () => {
    const database = openLibsql();
    database.exec(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, r REAL); INSERT INTO t VALUES (1, 2, 0.5), (2, 9007199254740993, 0.5)",
    );
    const fetcher = sqliteFetcher(database, { integers: "number" });
    expect(await fetchRows(fetcher, [1], "t", ["n", "r"])).toEqual([{ id: 1, n: 2, r: 0.5 }]);
    await expect(fetchRows(fetcher, [2], "t", ["n"])).rejects.toMatchObject({ code: "inexact-integer" });
    expect(await fetchRows(sqliteFetcher(database), [2], "t", ["n"])).toEqual([{ id: 2n, n: 9007199254740993n }]);
    database.close();
  });

  it("keeps what each row has, whatever the column is declared as", async () => {
    const database = openLibsql();
    database.exec(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, any, doc JSON); INSERT INTO t VALUES (1, 5, '{"a": 1}'), (2, 'text', NULL), (3, 1.5, 7), (4, x'00', '')`,
    );
    const rows = await fetchRows(sqliteFetcher(database), [1, 2, 3, 4], "t", ["any", "doc"]);
    expect(rows.map((row) => row.any)).toEqual([5n, "text", 1.5, new Uint8Array([0])]);
    expect(rows.map((row) => row.doc)).toEqual(['{"a": 1}', null, 7n, ""]);
    database.close();
  });

  it("reads attached databases, views and generated columns", async () => {
    const database = openLibsql();
    database.exec(`ATTACH ':memory:' AS "other one"; CREATE TABLE "other one".t (id INTEGER PRIMARY KEY, n INT, twice INT AS (n * 2));
      INSERT INTO "other one".t VALUES (1, 4); CREATE TEMP VIEW v AS SELECT id, n + 1 AS more FROM "other one".t`);
    expect(await fetchRows(sqliteFetcher(database), [1], "other one.t", ["twice"])).toEqual([{ id: 1n, twice: 8n }]);
    expect(await fetchRows(sqliteFetcher(database), [1], "v", ["more"])).toEqual([{ id: 1n, more: 5n }]);
    const resolveTable = () => ({ schema: "other one", name: "t" });
    expect(await fetchRows(sqliteFetcher(database, { resolveTable }), [1], "a.b.c", ["n"])).toEqual([
      { id: 1n, n: 4n },
    ]);
    database.close();
  });

  it("lets other work go on between queries, and hears an abort there", async () => {
    const database = openLibsql();
    database.exec("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3)");
    const abort = new AbortController();
    const reason = new Error("enough");
    setImmediate(() => abort.abort(reason));
    const fetcher = sqliteFetcher(database, { idsPerQuery: 1 });
    await expect(fetchRows(fetcher, [1, 2, 3], "t", [], { signal: abort.signal })).rejects.toBe(reason);
    const abortOfAbsent = new AbortController();
    setImmediate(() => abortOfAbsent.abort(reason));
    await expect(fetchRows(fetcher, [7, 8, 9], "t", [], { signal: abortOfAbsent.signal })).rejects.toBe(reason);
    for (const idsPerQuery of [0, 1.5, Number.NaN, 1_000_001]) {
      expect(() => sqliteFetcher(database, { idsPerQuery })).toThrow(/idsPerQuery/);
    }
    database.close();
  });
});
