import pg from "pg";
import { describe, expect, it } from "vitest";
import { pgFetcher } from "../../src/fetchers/pg-fetcher.js";
import { getData } from "../../src/get-data.js";
import { codesOf, fetchRows, rejectionOf } from "./fetch-rows.js";
import { engineForTests } from "./open-engine.js";
import { postgresEngine, postgresUrl } from "./postgres-engine.js";
import { withCache } from "./with-cache.js";

type PostgresEngine = Awaited<ReturnType<typeof postgresEngine>>;

describe("what goes wrong in PostgreSQL", () => {
  const engineOf = engineForTests(`PostgreSQL at ${postgresUrl}`, postgresEngine, async ({ run, schema }) => {
    await run(`CREATE TABLE ${schema}.a (id int PRIMARY KEY); INSERT INTO ${schema}.a SELECT generate_series(1, 300);
      CREATE TABLE ${schema}.b (id int PRIMARY KEY); INSERT INTO ${schema}.b SELECT generate_series(1, 300)`);
  });

  /** Resolves once a query, or several, of this run's tables wait for a lock. */
  async function waiting(engine: PostgresEngine, queries: number): Promise<number[]> {
    for (;;) {
      const { rows } = await engine.pool.query(
        `SELECT l.pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE NOT l.granted AND c.relnamespace = $1::regnamespace`,
        [engine.schema],
      );
      if (rows.length >= queries) return rows.map(({ pid }) => Number(pid));
    }
  }

  it("asks again after a real deadlock", async (ctx) => {
    const engine = engineOf(ctx);
    const { pool, schema } = engine;
    let victims = 0;
    const other = await pool.connect();
    const inTransaction = {
      totalCount: 0,
      async query(text: string, values: unknown[]) {
        if (!text.includes("ANY")) return pool.query(text, values);
        const client = await pool.connect();
        try {
          // Who waits last finds the cycle, and is the one to give way.
          await client.query(`SET deadlock_timeout = '10ms'; BEGIN; LOCK TABLE ${schema}.a IN SHARE MODE`);
          if (victims === 0) {
            await other.query(`SET deadlock_timeout = '60s'; BEGIN; LOCK TABLE ${schema}.b IN ACCESS EXCLUSIVE MODE`);
            blocked = other.query(
              `LOCK TABLE ${schema}.a IN ACCESS EXCLUSIVE MODE; COMMIT; SET deadlock_timeout = DEFAULT`,
            );
            await waiting(engine, 1);
          }
          return await client.query(text, values);
        } catch (error) {
          victims++;
          throw error;
        } finally {
          await client.query("ROLLBACK; SET deadlock_timeout = DEFAULT");
          client.release();
        }
      },
    };
    let blocked: Promise<unknown> = Promise.resolve();
    try {
      await withCache(async (cache) => {
        const request = { ids: [1, 2, 3], columns: [], table: `${schema}.b`, cache, retryDelayMs: 0 };
        const answer = await getData({ ...request, fetcher: pgFetcher(inTransaction) });
        expect(answer.toRows()).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
        expect(answer.report).toMatchObject({ retries: 1, queries: 2 });
        expect(victims).toBe(1);
      });
    } finally {
      await blocked;
      other.release();
    }
  });

  it("asks again after a serialization failure", async (ctx) => {
    const engine = engineOf(ctx);
    const s = engine.schema!;
    await engine.run(`CREATE SEQUENCE ${s}.tries;
      CREATE FUNCTION ${s}.flaky(n int) RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN
        IF nextval('${s}.tries') = 1 THEN RAISE EXCEPTION 'could not serialize' USING ERRCODE = '40001'; END IF;
        RETURN n; END $$;
      CREATE VIEW ${s}.unsure AS SELECT id, ${s}.flaky(id) AS n FROM ${s}.a`);
    await withCache(async (cache) => {
      const request = { ids: [1, 2], columns: ["n"], table: `${s}.unsure`, cache, retryDelayMs: 0 };
      const answer = await getData({ ...request, fetcher: engine.fetcher() });
      expect(answer.toRows()).toEqual([
        { id: 1, n: 1 },
        { id: 2, n: 2 },
      ]);
      expect(answer.report).toMatchObject({ retries: 1 });
      await engine.run(`ALTER SEQUENCE ${s}.tries RESTART`);
      const failing = getData({ ...request, ids: [3], retries: 0, fetcher: engine.fetcher() });
      expect(codesOf(await rejectionOf(failing))).toEqual(["batch-fetch", "40001"]);
    });
  });

  it("asks again when the server ends the connection in the middle of a query", async (ctx) => {
    const engine = engineOf(ctx);
    const { pool, schema } = engine;
    const locker = await pool.connect();
    const reading = new pg.Pool({ connectionString: postgresUrl });
    reading.on("error", () => undefined);
    try {
      await withCache(async (cache) => {
        const fetcher = pgFetcher(reading);
        await fetcher.columnsOf!(`${schema}.a`, new AbortController().signal);
        await locker.query(`BEGIN; LOCK TABLE ${schema}.a IN ACCESS EXCLUSIVE MODE`);
        const request = { ids: [1, 2], columns: [], table: `${schema}.a`, cache, retryDelayMs: 0 };
        const answering = getData({ ...request, fetcher });
        const [pid] = await waiting(engine, 1);
        await locker.query("SELECT pg_terminate_backend($1)", [pid]);
        await locker.query("COMMIT");
        const answer = await answering;
        expect(answer.toRows()).toEqual([{ id: 1 }, { id: 2 }]);
        expect(answer.report).toMatchObject({ retries: 1 });
      });
    } finally {
      locker.release();
      await reading.end();
    }
  });

  it("reports a query that took longer than the server allows, and keeps what the others brought", async (ctx) => {
    const engine = engineOf(ctx);
    const s = engine.schema!;
    await engine.run(`CREATE FUNCTION ${s}.slow(n int) RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN
        IF n = 150 THEN PERFORM pg_sleep(60); END IF; RETURN n; END $$;
      CREATE VIEW ${s}.partly AS SELECT id, ${s}.slow(id) AS n FROM ${s}.a`);
    const limited = new pg.Pool({ connectionString: postgresUrl, options: "-c statement_timeout=500" });
    try {
      await withCache(async (cache) => {
        const ids = Array.from({ length: 300 }, (_, place) => place + 1);
        const request = { columns: ["n"], table: `${s}.partly`, cache, retryDelayMs: 0, batchSize: 100 };
        const error = await rejectionOf(getData({ ...request, ids, fetcher: pgFetcher(limited) }));
        expect(codesOf(error)).toEqual(["batch-fetch", "57014"]);
        expect(error).toMatchObject({ failures: [{ attempts: 1 }] });
        const rest = await getData({
          ...request,
          ids: ids.filter((id) => id <= 100 || id > 200),
          fetcher: engine.fetcher(),
        });
        expect(rest.report).toMatchObject({ queries: 0 });
      });
    } finally {
      await limited.end();
    }
  });

  it("no longer waits for a query after an abort", async (ctx) => {
    const engine = engineOf(ctx);
    const { pool, schema } = engine;
    const locker = await pool.connect();
    const abort = new AbortController();
    const reason = new Error("enough");
    try {
      const fetcher = engine.fetcher();
      await fetcher.columnsOf!(`${schema}.a`, abort.signal);
      await locker.query(`BEGIN; LOCK TABLE ${schema}.a IN ACCESS EXCLUSIVE MODE`);
      const fetching = rejectionOf(fetchRows(fetcher, [1], `${schema}.a`, [], { signal: abort.signal }));
      await waiting(engine, 1);
      abort.abort(reason);
      expect(await fetching).toBe(reason);
    } finally {
      await locker.query("COMMIT");
      locker.release();
    }
  });
});
