import { createRequire } from "node:module";

/** The version of this program. */
export function versionOfProgram(): string {
  const { version } = createRequire(import.meta.url)("@larder/cli/package.json") as { readonly version: string };
  return version;
}
