import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/**
 * A package that need not be there: not installed, or without a binary for this platform. Its name is no literal of an `import`, so
 * that bundlers leave it, and its binaries, outside.
 */
export function optionalPackage<Library>(name: string): Library | undefined {
  try {
    return require(name) as Library;
  } catch {
    return undefined;
  }
}
