import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { valueDigest } from "@larder/core";

let known: string | undefined;

/**
 * Digest of all that an extraction depends on beside the source: the code in `extraction/`, and the parser. That folder
 * imports nothing from outside of itself but the parser; a test keeps it so. Once built, it is one file, or one that
 * names others by the digest of their content.
 */
export function extractorVersion(): string {
  known ??= valueDigest({ code: codeOfExtraction(), parser: versionOfParser() });
  return known;
}

function codeOfExtraction(): string[] {
  if (!import.meta.url.endsWith(".ts")) return [readFileSync(new URL("./extraction.js", import.meta.url), "utf8")];
  const folder = fileURLToPath(new URL("./extraction/", import.meta.url));
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(`${folder}/${name}`, "utf8"));
}

function versionOfParser(): string {
  const { version } = createRequire(import.meta.url)("oxc-parser/package.json") as { version: string };
  return version;
}
