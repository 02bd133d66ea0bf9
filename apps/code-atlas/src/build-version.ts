import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { contentDigest, LarderError } from "@larder/core";

/** Packages of this repository whose code takes part in a report. */
const ours = ["core", "disk-cache", "pipeline", "store-parquet", "typed-caches"];
/** Others, which count by their manifest, and so by their version. */
const others = ["apache-arrow", "oxc-parser", "oxc-resolver"];

let known: string | undefined;

/** Digest of all code that a report is made by: that of the atlas, of Larder, and the manifests of other packages. */
export function buildVersion(): string {
  known ??= contentDigest(Buffer.from(partsOfBuild().join("\0\n")));
  return known;
}

function partsOfBuild(): string[] {
  const here = fileURLToPath(new URL(".", import.meta.url));
  const folders = [here, ...ours.map((name) => dirname(fileURLToPath(import.meta.resolve(`@larder/${name}`))))];
  const versions = others.map((name) => `${name}\0${manifestOf(name)}`);
  return [`node\0${process.versions.node}`, ...versions, ...folders.flatMap(codeIn)];
}

/** Not every package lets its `package.json` be imported. */
function manifestOf(name: string): string {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    const manifest = join(folder, name, "package.json");
    if (existsSync(manifest)) return readFileSync(manifest, "utf8");
  }
  throw new LarderError(`The package ${name} is not installed.`, { code: "package-needed", facts: { package: name } });
}

function codeIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.[jt]s$/.test(name))
    .sort()
    .map((name) => `${name}\0${readFileSync(join(folder, name), "utf8")}`);
}
