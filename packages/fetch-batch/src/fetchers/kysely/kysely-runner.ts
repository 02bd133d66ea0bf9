import type { RawBuilder } from "kysely";
import { type KyselyConnection, type KyselyPackage, loadKysely } from "./kysely-connection.js";

/** Which database a Kysely instance speaks to; `other` is asked in plain SQL. */
export type KyselyDialect = "postgres" | "mysql" | "sqlite" | "other";

/** Runs queries on a Kysely instance. */
export interface KyselyRunner {
  readonly kysely: KyselyPackage;
  readonly dialect: KyselyDialect;
  run(query: RawBuilder<unknown>): Promise<Record<string, unknown>[]>;
  /** A query as text, with its parameters. */
  runText(text: string, values: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

type Executor = Parameters<RawBuilder<unknown>["execute"]>[0];

/** How the dialects write a parameter and a name. */
const writing: ReadonlyMap<string, KyselyDialect> = new Map([
  ['$1"x"', "postgres"],
  ["?`x`", "mysql"],
  ['?"x"', "sqlite"],
]);

/**
 * Makes ready to run queries, without the plugins of the instance. The dialect is told by how it writes.
 *
 * @throws FetchBatchError `package-needed` when `kysely` is not installed
 */
export async function kyselyRunner(connection: KyselyConnection): Promise<KyselyRunner> {
  const kysely = await loadKysely();
  const { sql, CompiledQuery } = kysely;
  const executor = connection.withoutPlugins() as Executor;
  const written = sql`${1}${sql.id("x")}`.compile(executor).sql;
  return {
    kysely,
    dialect: writing.get(written) ?? "other",
    run: async (query) => (await query.execute(executor)).rows as Record<string, unknown>[],
    runText: async (text, values) => {
      const query = CompiledQuery.raw(text, [...values]);
      const { rows } = await executor.getExecutor().executeQuery<Record<string, unknown>>(query);
      return rows;
    },
  };
}
