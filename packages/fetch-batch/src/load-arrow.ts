import { FetchBatchError } from "./errors/fetch-batch-error.js";

/** The module `apache-arrow`. */
export type Arrow = typeof import("apache-arrow");

let loaded: Promise<Arrow> | undefined;

/** Loads apache-arrow on first use: it takes about 0.2 s. @throws FetchBatchError `package-needed` when it is not installed */
export function loadArrow(): Promise<Arrow> {
  loaded ??= import("apache-arrow").catch((cause: unknown) => {
    loaded = undefined;
    throw new FetchBatchError(
      "The answers of getData need the package apache-arrow. Install it: npm install apache-arrow",
      {
        code: "package-needed",
        facts: { package: "apache-arrow" },
        cause,
      },
    );
  });
  return loaded;
}
