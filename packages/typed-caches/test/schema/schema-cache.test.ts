import { Cache, MemoryCache } from "@larder/core";
import { describe, expect, it, vi } from "vitest";
import { planCache, type SchemaChange, schemaCache, type TableName } from "../../src/index.js";
import { diskCache } from "../both-caches.js";
import {
  databaseForTests,
  openLibsql,
  openMariadb,
  openNodeSqlite,
  openPglite,
  openPostgres,
  type TestDatabase,
} from "./open-database.js";

const engines: [string, string, () => Promise<TestDatabase>][] = [
  ["PostgreSQL", "PostgreSQL", openPostgres],
  ["PGlite", "PGlite", openPglite],
  ["MariaDB", "MariaDB", openMariadb],
  ["SQLite, by libsql", "libsql", openLibsql],
  ["SQLite, by node:sqlite", "node:sqlite", openNodeSqlite],
];

/** Hostile names, and one that differs from another in case alone where the engine tells cases apart. */
const names = ['a"b', "a'b", "a.b", "a`b", "x; DROP TABLE t", "é", "😀", "%", "select"];

/** In SQLite a view is taken to be changed by any change. */
const withoutViews = (tables: readonly string[]) => tables.filter((table) => !table.endsWith("_v"));

function quoted({ engine }: TestDatabase, name: string): string {
  const quote = engine === "mysql" ? "`" : '"';
  return quote + name.replaceAll(quote, quote + quote) + quote;
}

describe.each(engines)("a schema cache on %s", (_name, needs, open) => {
  const databaseOf = databaseForTests(needs, open);
  let profile = 0;

  /** A cache of its own on the tables `prefix_…`, which it makes. */
  async function prepared(database: TestDatabase, prefix: string) {
    const key = database.engine === "mysql" ? "int NOT NULL AUTO_INCREMENT PRIMARY KEY" : "integer PRIMARY KEY";
    await database.run(
      `CREATE TABLE ${prefix}_a (id ${key}, n integer NOT NULL DEFAULT 5, t varchar(20), CONSTRAINT ${prefix}_n CHECK (n > 0))`,
    );
    await database.run(
      `CREATE TABLE ${prefix}_b (id ${key}, a integer NOT NULL, u integer, UNIQUE (a, u), FOREIGN KEY (a) REFERENCES ${prefix}_a (id) ON DELETE CASCADE)`,
    );
    await database.run(`CREATE INDEX ${prefix}_i ON ${prefix}_b (u)`);
    await database.run(`CREATE VIEW ${prefix}_v AS SELECT id, n FROM ${prefix}_a`);
    const cache = await diskCache();
    const profileHash = `profile ${profile++}`;
    return { cache, profileHash, schemas: schemaCache({ cache, source: database.source, profileHash }) };
  }

  it("describes tables in one shape", async (ctx) => {
    const database = databaseOf(ctx);
    const { schemas } = await prepared(database, "d");
    const tables = await schemas.tables();
    expect(tables).toEqual(expect.arrayContaining(["d_a", "d_b", "d_v"].map((name) => `${database.schema}.${name}`)));
    const a = (await schemas.table("d_a"))!;
    expect(a).toMatchObject({
      schema: database.schema,
      name: "d_a",
      kind: "table",
      primaryKey: { columns: ["id"] },
      uniques: [],
      foreignKeys: [],
    });
    expect(a.columns.map(({ name, position, nullable }) => [name, position, nullable])).toEqual([
      ["id", 1, false],
      ["n", 2, false],
      ["t", 3, true],
    ]);
    expect(a.columns.map((column) => column.default?.replace("'5'", "5"))).toEqual([undefined, "5", undefined]);
    expect(a.columns[2]?.type).toMatch(/^(character varying|varchar)\(20\)$/);
    expect(a.checks).toEqual([{ name: "d_n", expression: expect.stringMatching(/^[(`]*n`? > 0\)?$/) }]);
    const b = (await schemas.table({ schema: database.schema, name: "d_b" }))!;
    expect(b.uniques.map(({ columns }) => columns)).toEqual([["a", "u"]]);
    expect(b.foreignKeys).toMatchObject([
      { columns: ["a"], references: { schema: database.schema, table: "d_a", columns: ["id"] }, onDelete: "CASCADE" },
    ]);
    expect(b.indexes.find(({ name }) => name === "d_i")).toMatchObject({ columns: ["u"], unique: false });
    expect(b.indexes.some(({ unique, columns }) => unique && columns.join() === "a,u")).toBe(true);
    const v = (await schemas.table("d_v"))!;
    expect([v.kind, v.columns.map(({ name }) => name)]).toEqual(["view", ["id", "n"]]);
    expect(await schemas.table("nothing")).toBeUndefined();
  });

  it("asks the database once, and again for exactly the table that was altered", async (ctx) => {
    const database = databaseOf(ctx);
    const { schemas, cache, profileHash } = await prepared(database, "r");
    const names = ["r_a", "r_b"];
    const before = await schemas.describe(names);
    const queries = database.queries();
    for (let again = 0; again < 3; again++) expect(await schemas.describe(names)).toEqual(before);
    const other = schemaCache({ cache, source: database.source, profileHash });
    expect(await other.describe(names)).toEqual(before);
    expect(database.queries()).toBe(queries);

    const asked: string[][] = [];
    const source = {
      ...database.source,
      describe(tables: readonly { schema: string; name: string }[]) {
        asked.push(tables.map(({ name }) => name));
        return database.source.describe(tables);
      },
    };
    const watched = schemaCache({ cache, source, profileHash });
    expect(await watched.refresh()).toEqual({ profileHash, changed: [], added: [], removed: [] });
    await database.run("ALTER TABLE r_b ADD COLUMN extra integer");
    const change = await watched.refresh();
    expect(withoutViews(change.changed)).toEqual([`${database.schema}.r_b`]);
    const after = await watched.describe(names);
    expect(asked).toEqual([["r_b"]]);
    expect(after[0]).toEqual(before[0]);
    expect(after[1]!.columns.map(({ name }) => name)).toEqual(["id", "a", "u", "extra"]);
  });

  it("evicts what depends on a changed table from other caches, and tells listeners", async (ctx) => {
    const database = databaseOf(ctx);
    const { cache, profileHash } = await prepared(database, "e");
    const plans = planCache({ cache: new Cache({ backend: new MemoryCache() }) });
    const told: SchemaChange[] = [];
    const schemas = schemaCache({
      cache,
      source: database.source,
      profileHash,
      dependants: [plans.cache],
      onSchemaChange: (change) => void told.push(change),
    });
    const later: string[] = [];
    const stop = schemas.onSchemaChange(({ changed }) => void later.push(...changed));
    const id = (planHash: string) => ({ planHash, profileHash, substraitHash: "s" });
    await schemas.tables();
    for (const table of ["e_a", "e_b"]) {
      await plans.set(id(table), new Uint8Array([1]), { tags: [await schemas.dependentTag(table)] });
    }
    await schemas.refresh();
    expect(await plans.get(id("e_b"))).toBeDefined();
    await database.run(`DROP INDEX e_i${database.engine === "mysql" ? " ON e_b" : ""}`);
    await database.run("CREATE TABLE e_new (id integer)");
    await schemas.refresh();
    expect(await plans.get(id("e_a"))).toBeDefined();
    expect(await plans.get(id("e_b"))).toBeUndefined();
    const name = (table: string) => `${database.schema}.${table}`;
    const views = database.engine === "sqlite" ? expect.any(Array) : [name("e_b")];
    expect(told).toEqual([{ profileHash, changed: views, added: [name("e_new")], removed: [] }]);
    expect(told[0]!.changed).toContain(name("e_b"));
    expect(later).toContain(name("e_b"));
    stop();
    await database.run("DROP TABLE e_new");
    expect((await schemas.refresh()).removed).toEqual([name("e_new")]);
    expect(await schemas.table("e_new")).toBeUndefined();
    expect(later).not.toContain(name("e_new"));
  });

  it("sees every kind of change", async (ctx) => {
    const database = databaseOf(ctx);
    const { schemas } = await prepared(database, "k");
    const { engine } = database;
    const alter = {
      postgres: [
        "ALTER TABLE k_a ALTER n SET DEFAULT 6",
        "ALTER TABLE k_a ALTER n DROP NOT NULL",
        "ALTER TABLE k_a ALTER t TYPE varchar(30)",
        "ALTER TABLE k_a RENAME t TO s",
        "ALTER TABLE k_a DROP CONSTRAINT k_n",
        "ALTER TABLE k_a ADD CONSTRAINT k_n CHECK (n > 1)",
        "ALTER TABLE k_a ADD UNIQUE (n)",
        "CREATE INDEX k_x ON k_a (lower(s))",
        "COMMENT ON COLUMN k_a.n IS 'a number'",
        "COMMENT ON TABLE k_a IS 'a table'",
        "ALTER TABLE k_a ADD g integer GENERATED ALWAYS AS (n * 2) STORED",
      ],
      mysql: [
        "ALTER TABLE k_a ALTER n SET DEFAULT 6",
        "ALTER TABLE k_a MODIFY n integer NULL DEFAULT 6",
        "ALTER TABLE k_a MODIFY t varchar(30)",
        "ALTER TABLE k_a CHANGE t s varchar(30)",
        "ALTER TABLE k_a DROP CONSTRAINT k_n",
        "ALTER TABLE k_a ADD CONSTRAINT k_n CHECK (n > 1)",
        "ALTER TABLE k_a ADD UNIQUE (n)",
        "CREATE INDEX k_x ON k_a (s(5))",
        "ALTER TABLE k_a MODIFY n integer NULL DEFAULT 6 COMMENT 'a number'",
        "ALTER TABLE k_a COMMENT 'a table'",
        "ALTER TABLE k_a ADD g integer GENERATED ALWAYS AS (n * 2) STORED",
      ],
      sqlite: [
        "ALTER TABLE k_a ADD COLUMN x integer DEFAULT 6",
        "ALTER TABLE k_a RENAME COLUMN t TO s",
        "CREATE UNIQUE INDEX k_x ON k_a (lower(s))",
        "ALTER TABLE k_a ADD COLUMN g integer GENERATED ALWAYS AS (n * 2) VIRTUAL",
        "ALTER TABLE k_a DROP COLUMN x",
      ],
    }[engine];
    for (const sql of alter) {
      const before = await schemas.table("k_a");
      const known = await schemas.fingerprint("k_a");
      await database.run(sql);
      const change = await schemas.refresh();
      expect(change.changed, sql).toContain(`${database.schema}.k_a`);
      if (engine !== "sqlite") expect(change.changed.length, sql).toBeLessThanOrEqual(2);
      expect(await schemas.fingerprint("k_a"), sql).not.toBe(known);
      expect(await schemas.table("k_a"), sql).not.toEqual(before);
    }
    const generated = (await schemas.table("k_a"))!.columns.find(({ name }) => name === "g")!;
    expect(generated.generated).toBe(engine === "sqlite" ? "virtual" : "stored");
  });

  it("takes any name, by parameters alone", async (ctx) => {
    const database = databaseOf(ctx);
    const { schemas } = await prepared(database, "n");
    // MariaDB keeps names in 16 bits for each character.
    const hostile = database.engine === "mysql" ? names.filter((name) => !name.includes("😀")) : names;
    for (const name of hostile) {
      await database.run(`CREATE TABLE ${quoted(database, name)} (${quoted(database, `${name} c`)} integer)`);
    }
    const tables = hostile.map((name) => ({ schema: database.schema, name }));
    const described = await schemas.describe(tables);
    expect(described.map((table) => [table?.name, table?.columns[0]?.name])).toEqual(
      hostile.map((name) => [name, `${name} c`]),
    );
    const texts = await schemas.tables();
    for (const text of texts) expect(await schemas.table(text), text).toBeDefined();
    for (const name of hostile) await database.run(`DROP TABLE ${quoted(database, name)}`);
    expect((await schemas.refresh()).removed.length).toBe(hostile.length);
  });

  it("does not serve a description of a state that has come and gone", async (ctx) => {
    const database = databaseOf(ctx);
    const { cache, profileHash } = await prepared(database, "g");
    let races = 1;
    const racing = {
      ...database.source,
      async describe(tables: readonly TableName[]) {
        if (races-- !== 1) return database.source.describe(tables);
        // The catalogue was looked at before; the table is altered, described, and altered back.
        await database.run("ALTER TABLE g_b ADD COLUMN passing integer");
        const described = await database.source.describe(tables);
        await database.run("ALTER TABLE g_b DROP COLUMN passing");
        expect(described[0]!.table.columns.map(({ name }) => name)).toContain("passing");
        return described;
      },
    };
    const schemas = schemaCache({ cache, source: racing, profileHash });
    const columns = async () => (await schemas.table("g_b"))!.columns.map(({ name }) => name);
    expect(await columns()).toEqual(["id", "a", "u"]);
    await schemas.refresh();
    expect(await columns()).toEqual(["id", "a", "u"]);
    expect(races).toBeLessThan(1);
  });

  it("looks again when its time is over, and once for all who ask then", async (ctx) => {
    const database = databaseOf(ctx);
    const { cache, profileHash } = await prepared(database, "t");
    const schemas = schemaCache({ cache, source: database.source, profileHash, ttlSeconds: 60 });
    await schemas.table("t_b");
    await database.run("ALTER TABLE t_b ADD COLUMN extra integer");
    const count = async () => (await schemas.table("t_b"))!.columns.length;
    expect(await count()).toBe(3);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
    try {
      const queries = database.queries();
      expect(await Promise.all(Array.from({ length: 10 }, count))).toEqual(Array(10).fill(4));
      if (database.engine === "postgres") expect(database.queries() - queries).toBeLessThanOrEqual(11);
      // A clock that was set back makes nothing live longer.
      await database.run("ALTER TABLE t_b DROP COLUMN extra");
      vi.setSystemTime(Date.now() - 3_600_000);
      expect(await count()).toBe(3);
    } finally {
      vi.useRealTimers();
    }
  });

  it("forgets a database", async (ctx) => {
    const database = databaseOf(ctx);
    const { schemas } = await prepared(database, "f");
    await schemas.describe(["f_a", "f_b"]);
    expect(await schemas.profileChanged()).toBe(3);
    await schemas.describe(["f_a", "f_b"]);
    expect(await schemas.schemaMapChanged()).toBe(3);
    expect((await schemas.table("f_a"))?.name).toBe("f_a");
  });
});
