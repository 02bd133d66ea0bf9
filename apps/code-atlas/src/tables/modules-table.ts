import { Table } from "apache-arrow";
import { contentId } from "../content-id.js";
import { dialectOf, type Extraction, withError } from "../extraction/index.js";
import type { Extractions } from "../extractions.js";
import { packageOf } from "../scan/is-dependency.js";
import type { Listing } from "../scan/listing.js";
import { namesColumn, numberColumn, textColumn, textsOf } from "./table-columns.js";

/** What modules are written in; the column `language` has these. */
const languages = ["js", "ts", "tsx", "dts"] as const;

/**
 * Every file: `path`, `package` (of installed ones; else null), `language`, `sha256` (empty for what can't be read), `bytes`, `lines`,
 * `symbols`, `imports`, `exports`, `complexity`, `importedBy` (how many files import it) and `error` (null: it was understood).
 *
 * @param imports - as `importsTable` makes it
 */
export async function modulesTable(listing: Listing, imports: Table, extractions: Extractions): Promise<Table> {
  const known = await extractions.read(listing);
  const rows = [
    ...listing.files.map((file) => ({ ...file, ...known.get(contentId(file))! })),
    ...listing.unreadable.map(({ path, code }) => ({
      path,
      sha256: "",
      ...withError(nothing, `can't be read: ${code}`),
    })),
  ];
  const packages = distinct(rows.map(({ path }) => packageOf(path)));
  const errors = distinct(rows.map(({ error }) => error ?? undefined));
  const importers = importersOf(imports);
  const count = (of: (row: (typeof rows)[number]) => number) => numberColumn(rows.map(of));
  return new Table({
    path: textColumn(rows.map(({ path }) => path)),
    package: namesColumn(packages.places, packages.names),
    language: namesColumn(
      rows.map(({ path }) => languages.indexOf(dialectOf(path).language)),
      languages,
    ),
    sha256: textColumn(rows.map(({ sha256 }) => sha256)),
    bytes: count(({ bytes }) => bytes),
    lines: count(({ lines }) => lines),
    symbols: count(({ symbols }) => symbols.name.length),
    imports: count((row: Extraction) => row.imports.specifier.length),
    exports: count((row: Extraction) => row.exports.length),
    complexity: count(({ complexity }) => complexity),
    importedBy: count(({ path }) => importers.get(path) ?? 0),
    error: namesColumn(errors.places, errors.names),
  });
}

const nothing = new Uint8Array();

/** How many files import each file. */
function importersOf(imports: Table): Map<string, number> {
  const from = textsOf(imports, "path");
  const counts = new Map<string, number>();
  let importer: string | null | undefined;
  let counted = new Set<string>();
  // The imports of a file follow each other.
  for (const [row, path] of textsOf(imports, "resolved").entries()) {
    if (from[row] !== importer) {
      importer = from[row];
      counted = new Set();
    }
    if (path === null || path === importer || counted.has(path)) continue;
    counted.add(path);
    counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return counts;
}

/** Each text once, and where each of the texts is among those; -1 for none. */
function distinct(texts: readonly (string | undefined)[]): { readonly names: string[]; readonly places: number[] } {
  const places = new Map<string, number>();
  const numbers = texts.map((text) => {
    if (text === undefined) return -1;
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, places.size);
    return places.size - 1;
  });
  return { names: [...places.keys()], places: numbers };
}
