import type { PGlite } from "@electric-sql/pglite";
import type { Kysely } from "kysely";
import type Libsql from "libsql";
import type { Connection as CallbackConnection, Pool as CallbackPool } from "mysql2";
import type { Connection, Pool, PoolConnection } from "mysql2/promise";
import type { Client, Pool as PgPool, PoolClient } from "pg";
import type { Fetcher } from "../../src/fetcher.js";
import { httpJsonFetcher } from "../../src/fetchers/http-json-fetcher.js";
import { kyselyFetcher } from "../../src/fetchers/kysely-fetcher.js";
import { mysqlFetcher } from "../../src/fetchers/mysql-fetcher.js";
import { pgFetcher } from "../../src/fetchers/pg-fetcher.js";
import { sqliteFetcher } from "../../src/fetchers/sqlite-fetcher.js";

interface Schema {
  readonly orders: { id: number; name: string };
}

declare const pg: { pool: PgPool; client: Client; poolClient: PoolClient; lite: PGlite };
declare const mysql: {
  pool: Pool;
  connection: Connection;
  pooled: PoolConnection;
  old: CallbackPool;
  oldConnection: CallbackConnection;
};
declare const db: Kysely<Schema>;
declare const sqlite: Libsql.Database;

/** Whatever connection a user has is taken as it is, and what is made is a fetcher. */
export const fetchers: Fetcher[] = [
  pgFetcher(pg.pool),
  pgFetcher(pg.client),
  pgFetcher(pg.poolClient),
  pgFetcher(pg.lite),
  mysqlFetcher(mysql.pool),
  mysqlFetcher(mysql.connection),
  mysqlFetcher(mysql.pooled),
  mysqlFetcher(mysql.old),
  mysqlFetcher(mysql.oldConnection),
  kyselyFetcher(db),
  sqliteFetcher(sqlite),
  httpJsonFetcher({ url: "http://host/" }),
];

// @ts-expect-error: an array is no connection
pgFetcher([]);
// @ts-expect-error: nor is a database of SQLite one of MySQL
mysqlFetcher(sqlite);
