import { LarderError } from "@larder/core";

/** The module `apache-arrow`. */
export type Arrow = typeof import("apache-arrow");

let loaded: Promise<Arrow> | undefined;

/** Loads apache-arrow on first use: it takes about 0.2 s. @throws LarderError `missing-package` when it is not installed */
export function loadArrow(): Promise<Arrow> {
  loaded ??= import("apache-arrow").catch((cause: unknown) => {
    loaded = undefined;
    throw new LarderError(
      "Reading or writing tables needs the package apache-arrow. Install it: npm install apache-arrow",
      {
        code: "missing-package",
        facts: { package: "apache-arrow" },
        cause,
      },
    );
  });
  return loaded;
}
