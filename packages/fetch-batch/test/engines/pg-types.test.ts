import pg from "pg";
import { describe, expect, it } from "vitest";
import { pgFetcher } from "../../src/fetchers/pg-fetcher.js";
import { fetchRows, rejectionOf } from "./fetch-rows.js";
import { engineForTests } from "./open-engine.js";
import { postgresEngine, postgresUrl } from "./postgres-engine.js";

describe("what PostgreSQL has beside tables of numbers and texts", () => {
  const engineOf = engineForTests(`PostgreSQL at ${postgresUrl}`, postgresEngine);

  it("brings 64-bit integers, JSON, arrays, domains and what else there is without rounding", async (ctx) => {
    const engine = engineOf(ctx);
    const s = engine.schema!;
    await engine.run(`CREATE DOMAIN ${s}.amount AS bigint CHECK (VALUE <> 0); CREATE TYPE ${s}.mood AS ENUM ('ok', 'so so');
      CREATE TABLE ${s}.kinds (id int PRIMARY KEY, n ${s}.amount, doc json, docb jsonb, ns bigint[], nums numeric[], texts text[],
        price numeric, mood ${s}.mood, span interval, day date, at timestamp, spot point, net inet, fixed char(4), yes boolean, small real);
      INSERT INTO ${s}.kinds VALUES (1, 9223372036854775807, '{"a": 12345678901234567890, "a": 9007199254740993}', '[9223372036854775807, 0.1]',
        '{9223372036854775807,-9007199254740993,NULL}', '{1.5}', '{"a,b",NULL,"\\""}', 12345678901234567890.123456789, 'so so', '1 day 02:03:04',
        '2024-02-29', '2024-02-29 01:02:03.456', '(1.5,2)', '10.0.0.0/8', 'ab', true, 0.1)`);
    const names = "n doc docb ns nums texts price mood span day at spot net fixed yes small".split(" ");
    const [row] = await fetchRows(engine.fetcher(), [1], `${s}.kinds`, names);
    expect(row).toMatchObject({
      n: 9223372036854775807n,
      doc: { a: 9007199254740993n },
      docb: [9223372036854775807n, 0.1],
      ns: [9223372036854775807n, -9007199254740993n, null],
      nums: [1.5],
      texts: ["a,b", null, '"'],
      price: "12345678901234567890.123456789",
      mood: "so so",
      span: "1 day 02:03:04",
      spot: "(1.5,2)",
      net: "10.0.0.0/8",
      fixed: "ab  ",
      yes: true,
      small: 0.1,
    });
    expect([row!.day, row!.at].every((value) => value instanceof Date)).toBe(true);
  });

  it("gives JSON as its text when asked, so that scalars stay what they are", async (ctx) => {
    const engine = engineOf(ctx);
    const table = `${engine.schema}.scalars`;
    await engine.run(`CREATE TABLE ${table} (id int PRIMARY KEY, doc json);
      INSERT INTO ${table} VALUES (1, '"text"'), (2, '5'), (3, '{"a":1}'), (4, 'null'), (5, NULL)`);
    const rows = await fetchRows(engine.fetcher({ json: "text" }), [1, 2, 3, 4, 5], table, ["doc"]);
    expect(new Map(rows.map((row) => [row.id, row.doc]))).toEqual(
      new Map<unknown, unknown>([
        [1, '"text"'],
        [2, "5"],
        [3, '{"a":1}'],
        [4, "null"],
        [5, null],
      ]),
    );
  });

  it("finds UUIDs, padded texts, and, with idType, ids of any other type", async (ctx) => {
    const engine = engineOf(ctx);
    const s = engine.schema!;
    await engine.run(`CREATE TYPE ${s}.size AS ENUM ('s', 'm');
      CREATE TABLE ${s}.uuids (id uuid PRIMARY KEY); INSERT INTO ${s}.uuids VALUES ('6a26cbbe-9b64-4663-b42c-188539a26386');
      CREATE TABLE ${s}.padded (id char(3) PRIMARY KEY); INSERT INTO ${s}.padded VALUES ('ab');
      CREATE TABLE ${s}.sizes (id ${s}.size PRIMARY KEY); INSERT INTO ${s}.sizes VALUES ('s');
      CREATE TABLE ${s}.small (id smallint PRIMARY KEY); INSERT INTO ${s}.small VALUES (7);
      CREATE TABLE ${s}.decimals (id numeric PRIMARY KEY); INSERT INTO ${s}.decimals VALUES (7)`);
    const uuid = "6a26cbbe-9b64-4663-b42c-188539a26386";
    expect(await fetchRows(engine.fetcher(), [uuid, uuid.replace("6", "7")], `${s}.uuids`, [])).toEqual([{ id: uuid }]);
    expect(await fetchRows(engine.fetcher(), ["ab ", "b"], `${s}.padded`, [])).toEqual([{ id: "ab " }]);
    expect(await fetchRows(engine.fetcher({ idType: `${s}.size` }), ["s", "m"], `${s}.sizes`, [])).toEqual([
      { id: "s" },
    ]);
    expect(await fetchRows(engine.fetcher(), [7, 2 ** 40, 2n ** 60n], `${s}.small`, [])).toEqual([{ id: 7 }]);
    expect(await fetchRows(engine.fetcher(), [7], `${s}.decimals`, [])).toEqual([{ id: "7" }]);
    for (const idType of ["int8[]); DROP TABLE x; --", "", "a.b.c", 'a"b']) {
      await expect(fetchRows(engine.fetcher({ idType }), [7], `${s}.small`, [])).rejects.toMatchObject({
        code: "invalid-option",
      });
    }
  });

  it("does not look into another table whose name begins alike, when PostgreSQL would cut the name", async (ctx) => {
    const engine = engineOf(ctx);
    const name = "x".repeat(63);
    await engine.run(
      `CREATE TABLE ${engine.schema}.${name} (id int PRIMARY KEY); INSERT INTO ${engine.schema}.${name} VALUES (1)`,
    );
    expect(await fetchRows(engine.fetcher(), [1], `${engine.schema}.${name}`, [])).toEqual([{ id: 1 }]);
    await expect(fetchRows(engine.fetcher(), [1], `${engine.schema}.${name}y`, [])).rejects.toMatchObject({
      code: "invalid-name",
    });
  });

  it("reads views, and tables on the search path", async (ctx) => {
    const engine = engineOf(ctx);
    const s = engine.schema!;
    await engine.run(`CREATE TABLE ${s}.base (id int PRIMARY KEY, n int); INSERT INTO ${s}.base VALUES (1, 2);
      CREATE VIEW ${s}.seen AS SELECT id, n * 2 AS double FROM ${s}.base;
      CREATE MATERIALIZED VIEW ${s}.kept AS SELECT id, n * 3 AS triple FROM ${s}.base`);
    expect(await fetchRows(engine.fetcher(), [1], `${s}.seen`, ["double"])).toEqual([{ id: 1, double: 4 }]);
    expect(await fetchRows(engine.fetcher(), [1], `${s}.kept`, ["triple"])).toEqual([{ id: 1, triple: 6 }]);
    const client = new pg.Client({ connectionString: postgresUrl, options: `-c search_path=${s}` });
    await client.connect();
    try {
      expect(await fetchRows(pgFetcher(client), [1], "base", ["n"])).toEqual([{ id: 1, n: 2 }]);
    } finally {
      await client.end();
    }
  });

  it("gives a single client its queries one after the other", async (ctx) => {
    const engine = engineOf(ctx);
    await engine.run(
      `CREATE TABLE ${engine.schema}.one (id int PRIMARY KEY); INSERT INTO ${engine.schema}.one VALUES (1), (2), (3)`,
    );
    const client = new pg.Client({ connectionString: postgresUrl });
    await client.connect();
    let running = 0;
    let together = 0;
    const watched = {
      async query(text: string, values: unknown[]) {
        together = Math.max(together, ++running);
        try {
          return await client.query(text, values);
        } finally {
          running--;
        }
      },
    };
    try {
      const fetcher = pgFetcher(watched);
      const failing = rejectionOf(fetchRows(fetcher, [1], `${engine.schema}.nothing`, []));
      const all = [1, 2, 3].map((id) => fetchRows(fetcher, [id], `${engine.schema}.one`, []));
      expect(await Promise.all(all)).toEqual([[{ id: 1 }], [{ id: 2 }], [{ id: 3 }]]);
      expect(await failing).toMatchObject({ code: "table-not-found" });
      expect(together).toBe(1);
    } finally {
      await client.end();
    }
  });
});
