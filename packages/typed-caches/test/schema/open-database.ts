import { createRequire } from "node:module";
import { PGlite } from "@electric-sql/pglite";
import Database from "libsql";
import mysql from "mysql2/promise";
import pg from "pg";
import { afterAll, beforeAll, type TestContext } from "vitest";
import { mysqlSchema, postgresSchema, type SchemaSource, type SqliteClient, sqliteSchema } from "../../src/index.js";

/** A database for one file of tests. */
export interface TestDatabase {
  readonly engine: "postgres" | "mysql" | "sqlite";
  /** Where its tables are. */
  readonly schema: string;
  readonly source: SchemaSource;
  /** How many queries the source has sent. */
  queries(): number;
  run(sql: string): Promise<void>;
  close(): Promise<void>;
}

const postgresUrl = process.env.LARDER_TEST_POSTGRES_URL ?? "postgres://postgres@127.0.0.1:5432/test";
const mariadbUrl = process.env.LARDER_TEST_MARIADB_URL ?? "mysql://root@127.0.0.1:3306/test";

/** Opens a database before the tests of a `describe`. @returns it, for a test: which is skipped where it could not be reached */
export function databaseForTests(needs: string, open: () => Promise<TestDatabase>): (ctx: TestContext) => TestDatabase {
  let opened: TestDatabase | undefined;
  let failure: unknown;
  beforeAll(async () => {
    try {
      opened = await open();
    } catch (error) {
      failure = error;
    }
  });
  afterAll(() => opened?.close());
  return (ctx) => opened ?? ctx.skip(`needs ${needs}: ${(failure as { code?: string }).code ?? String(failure)}`);
}

let made = 0;
const ownName = () => `larder_typed_${process.pid}_${Date.now()}_${made++}`;

export async function openPostgres(): Promise<TestDatabase> {
  const schema = ownName();
  const first = new pg.Client({ connectionString: postgresUrl, connectionTimeoutMillis: 5_000 });
  await first.connect();
  await first.query(`CREATE SCHEMA ${schema}`);
  await first.end();
  const pool = new pg.Pool({ connectionString: postgresUrl, options: `-c search_path=${schema}` });
  let queries = 0;
  const counted = {
    query(text: string, values: unknown[]) {
      queries++;
      return pool.query(text, values);
    },
  };
  return {
    engine: "postgres",
    schema,
    source: postgresSchema(counted, { schemas: [schema] }),
    queries: () => queries,
    run: async (sql) => {
      await pool.query(sql);
    },
    close: async () => {
      await pool.query(`DROP SCHEMA ${schema} CASCADE`);
      await pool.end();
    },
  };
}

export async function openPglite(): Promise<TestDatabase> {
  const database = await PGlite.create();
  let queries = 0;
  const counted = {
    query(text: string, values: unknown[]) {
      queries++;
      return database.query(text, values);
    },
  };
  return {
    engine: "postgres",
    schema: "public",
    source: postgresSchema(counted),
    queries: () => queries,
    run: async (sql) => {
      await database.exec(sql);
    },
    close: () => database.close(),
  };
}

export async function openMariadb(): Promise<TestDatabase> {
  const schema = ownName();
  const first = await mysql.createConnection({ uri: mariadbUrl, connectTimeout: 5_000 });
  await first.query(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4`);
  await first.end();
  const url = new URL(mariadbUrl);
  url.pathname = `/${schema}`;
  const pool = mysql.createPool({ uri: url.href, multipleStatements: true });
  let queries = 0;
  const counted = {
    query(sql: string, values: unknown[]) {
      queries++;
      return pool.query(sql, values);
    },
  };
  return {
    engine: "mysql",
    schema,
    source: mysqlSchema(counted, { schemas: [schema] }),
    queries: () => queries,
    run: async (sql) => {
      await pool.query(sql);
    },
    close: async () => {
      await pool.query(`DROP DATABASE ${schema}`);
      await pool.end();
    },
  };
}

type Opened = SqliteClient & { exec(sql: string): unknown; close(): void };

function onSqlite(database: Opened): TestDatabase {
  let queries = 0;
  const counted: SqliteClient = {
    prepare(sql) {
      queries++;
      return database.prepare(sql);
    },
  };
  return {
    engine: "sqlite",
    schema: "main",
    source: sqliteSchema(counted),
    queries: () => queries,
    run: async (sql) => {
      database.exec(sql);
    },
    close: async () => database.close(),
  };
}

export async function openLibsql(): Promise<TestDatabase> {
  return onSqlite(new Database(":memory:") as unknown as Opened);
}

/** Rejects where this Node has no `node:sqlite`. */
export async function openNodeSqlite(): Promise<TestDatabase> {
  const { DatabaseSync } = createRequire(import.meta.url)("node:sqlite") as {
    DatabaseSync: new (path: string) => Opened;
  };
  return onSqlite(new DatabaseSync(":memory:"));
}
