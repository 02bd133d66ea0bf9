import { FetchBatchError } from "../../errors/fetch-batch-error.js";

/** What is used of a `Kysely` instance, of any schema. */
export interface KyselyConnection {
  withoutPlugins(): KyselyConnection;
  getExecutor(): unknown;
}

/** The package `kysely`. */
export type KyselyPackage = typeof import("kysely");

/**
 * Loads the package `kysely`.
 *
 * @throws FetchBatchError `package-needed` when it is not installed
 */
export async function loadKysely(): Promise<KyselyPackage> {
  try {
    return await import("kysely");
  } catch (cause) {
    throw new FetchBatchError(
      "kyselyFetcher needs the package kysely, which can't be loaded. Install it: npm install kysely",
      {
        code: "package-needed",
        facts: { package: "kysely" },
        cause,
      },
    );
  }
}
