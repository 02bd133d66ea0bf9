import mysqlCallbacks from "mysql2";
import mysql from "mysql2/promise";
import { describe, expect, it } from "vitest";
import { mysqlFetcher } from "../../src/fetchers/mysql-fetcher.js";
import { getData } from "../../src/get-data.js";
import { fetchRows, rejectionOf } from "./fetch-rows.js";
import { mariadbEngine, mariadbUrl } from "./mariadb-engine.js";
import { engineForTests } from "./open-engine.js";
import { withCache } from "./with-cache.js";

describe("what only MySQL and MariaDB have", () => {
  const engineOf = engineForTests(`MariaDB at ${mariadbUrl}`, mariadbEngine);

  it("brings decimals, dates, bits and JSON without rounding", async (ctx) => {
    const engine = engineOf(ctx);
    const table = `${engine.schema}.kinds`;
    await engine.run(`CREATE TABLE ${table} (id int PRIMARY KEY, big bigint unsigned, price decimal(30,9), day date, at datetime(3), took time,
      doc json, flags bit(12), yes tinyint(1), year year, bin varbinary(8), small float, kind enum('a','b'))`);
    await engine.insert(
      `INSERT INTO ${table} VALUES (1, 18446744073709551615, '12345678901234567890.123456789', '2024-02-29', '2024-02-29 01:02:03.456', '10:20:30',
        ?, b'101', 1, 2024, x'00ff', 0.5, 'b')`,
      ['{"a": [9223372036854775807, 0.1, "9007199254740993"]}'],
    );
    const names = "big price day at took doc flags yes year bin small kind".split(" ");
    const [row] = await fetchRows(engine.fetcher(), [1], table, names);
    expect(row).toMatchObject({
      big: 18446744073709551615n,
      price: "12345678901234567890.123456789",
      day: new Date("2024-02-29T00:00:00Z"),
      at: new Date("2024-02-29T01:02:03.456Z"),
      took: "10:20:30",
      doc: { a: [9223372036854775807n, 0.1, "9007199254740993"] },
      yes: 1,
      year: 2024,
      bin: Buffer.from([0, 255]),
      small: 0.5,
      kind: "b",
    });
    const [asText] = await fetchRows(engine.fetcher({ json: "text" }), [1], table, ["doc"]);
    expect(asText!.doc).toBe('{"a": [9223372036854775807, 0.1, "9007199254740993"]}');
  });

  it("carries nothing out that is in an id, also where backslashes don't escape", async (ctx) => {
    const engine = engineOf(ctx);
    const table = `${engine.schema}.keys`;
    await engine.run(`CREATE TABLE ${table} (id varchar(100) COLLATE utf8mb4_bin PRIMARY KEY)`);
    const ids = ["plain", "\\' OR 1=1 -- ", "' OR '1'='1", '\\" OR 1=1 -- ', "nul\0inside"];
    await engine.insert(`INSERT INTO ${table} VALUES (?), (?), (?), (?), (?)`, ids);
    const pool = mysql.createPool({ uri: mariadbUrl, connectionLimit: 1 });
    try {
      await pool.query("SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'");
      const fetcher = mysqlFetcher(pool);
      for (const id of ids) expect(await fetchRows(fetcher, [id], table, [])).toEqual([{ id }]);
      expect(await fetchRows(fetcher, ["x\\' OR 1=1 -- "], table, [])).toEqual([]);
    } finally {
      await pool.end();
    }
  });

  it("prepares few statements, whatever sizes batches have", async (ctx) => {
    const engine = engineOf(ctx);
    const table = `${engine.schema}.sizes`;
    await engine.run(`CREATE TABLE ${table} (id int PRIMARY KEY)`);
    const pool = mysql.createPool({ uri: mariadbUrl, connectionLimit: 1 });
    const statements = new Set<string>();
    const watched = {
      query: (options: Parameters<typeof pool.query>[0]) => pool.query(options),
      execute: (options: { sql: string; values: string[] }) => {
        statements.add(options.sql);
        return pool.execute(options);
      },
    };
    try {
      const fetcher = mysqlFetcher(watched, { idsPerQuery: 1000 });
      for (let size = 1; size <= 60; size++) {
        await fetchRows(
          fetcher,
          Array.from({ length: size }, (_, place) => place),
          table,
          [],
        );
      }
      await fetchRows(
        fetcher,
        Array.from({ length: 2500 }, (_, place) => place),
        table,
        [],
      );
      expect(statements.size).toBe(9);
    } finally {
      await pool.end();
    }
  });

  it("takes pools with callbacks, and a single connection", async (ctx) => {
    const engine = engineOf(ctx);
    const table = `${engine.schema}.kept`;
    await engine.run(`CREATE TABLE ${table} (id int PRIMARY KEY)`);
    await engine.run(`INSERT INTO ${table} VALUES (1), (2)`);
    const pool = mysqlCallbacks.createPool({ uri: mariadbUrl });
    const connection = await mysql.createConnection({ uri: mariadbUrl });
    try {
      expect(await fetchRows(mysqlFetcher(pool), [1], table, [])).toEqual([{ id: 1 }]);
      const fetcher = mysqlFetcher(connection);
      expect(await Promise.all([1, 2].map((id) => fetchRows(fetcher, [id], table, [])))).toEqual([
        [{ id: 1 }],
        [{ id: 2 }],
      ]);
    } finally {
      await pool.promise().end();
      await connection.end();
    }
  });

  it("asks again when the server ends the connection in the middle of a query", async (ctx) => {
    const engine = engineOf(ctx);
    const { pool, schema } = engine;
    await engine.run(`CREATE TABLE ${schema}.locked (id int PRIMARY KEY) ENGINE = InnoDB`);
    await engine.run(`INSERT INTO ${schema}.locked VALUES (1), (2)`);
    const locker = await pool.getConnection();
    const reading = mysql.createPool({ uri: mariadbUrl });
    try {
      await withCache(async (cache) => {
        const fetcher = mysqlFetcher(reading);
        await locker.query(`LOCK TABLES ${schema}.locked WRITE`);
        const request = { ids: [1, 2], columns: [], table: `${schema}.locked`, cache, retryDelayMs: 0 };
        const answering = getData({ ...request, fetcher });
        const waiting = `SELECT ID FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table metadata lock' AND INFO LIKE '%locked%IN%' AND ID <> CONNECTION_ID()`;
        let found: { ID: number }[] = [];
        while (found.length === 0) [found] = (await pool.query(waiting)) as unknown as [{ ID: number }[]];
        await pool.query("KILL CONNECTION ?", [found[0]!.ID]);
        const other = rejectionOf(answering.then(() => Promise.reject(new Error("answered"))));
        await locker.query("UNLOCK TABLES");
        expect(await other).toMatchObject({ message: "answered" });
        expect((await answering).report).toMatchObject({ retries: 1 });
      });
    } finally {
      locker.release();
      await reading.end();
    }
  });
});
