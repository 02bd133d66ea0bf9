import { fingerprintsSql, flavourSql, type MysqlFlavour } from "./mysql-catalogues.js";
import { describeMysql } from "./mysql-describe.js";
import type { SchemaSource, TableFingerprint, TableName } from "./schema-source.js";

/** A connection or pool of `mysql2/promise`, or anything with its `query`. */
export interface MysqlClient {
  query(sql: string, values: unknown[]): Promise<readonly [unknown, ...unknown[]]>;
}

export interface MysqlSchemaOptions {
  /** Databases. Default: all but those of the system. */
  readonly schemas?: readonly string[] | undefined;
}

/** Tables and views of MariaDB 10.2 or later and MySQL 5.7 or later; check constraints where `information_schema` has them. */
export function mysqlSchema(client: MysqlClient, options: MysqlSchemaOptions = {}): SchemaSource {
  const rowsOf = async <Row>(sql: string, values: unknown[] = []) => (await client.query(sql, values))[0] as Row[];
  let known: Promise<MysqlFlavour> | undefined;
  const flavour = () => {
    known ??= flavourOf(rowsOf).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  return {
    async fingerprints() {
      const { schemas } = options;
      if (schemas?.length === 0) return [];
      const { sql, places } = fingerprintsSql(await flavour(), schemas?.length);
      const values = Array.from({ length: places }, () => schemas ?? []).flat();
      return (await rowsOf<TableFingerprint>(sql, values)).map(({ schema, name, fingerprint }) => {
        return { schema, name, fingerprint: String(fingerprint) };
      });
    },
    describe: async (tables: readonly TableName[]) => describeMysql(rowsOf, await flavour(), tables),
    async defaultSchema() {
      const [row] = await rowsOf<{ name: string | null }>("SELECT DATABASE() AS name");
      return row?.name ?? "";
    },
  };
}

async function flavourOf(rowsOf: (sql: string) => Promise<unknown[]>): Promise<MysqlFlavour> {
  const [row] = (await rowsOf("SELECT VERSION() AS version")) as { version: string }[];
  const columns = (await rowsOf(flavourSql)) as { t: string; c: string }[];
  const flavour = new Set(columns.map(({ t, c }) => `${t}.${c}`));
  if (/mariadb/i.test(row?.version ?? "")) flavour.add("MARIADB");
  return flavour;
}
