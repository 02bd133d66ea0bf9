import { Table } from "apache-arrow";
import { contentId } from "../content-id.js";
import { importKinds } from "../extraction/index.js";
import type { Extractions } from "../extractions.js";
import { customConditions } from "../resolve/custom-conditions.js";
import { importResolver, type Resolved } from "../resolve/import-resolver.js";
import type { Listing } from "../scan/listing.js";
import { namesColumn, numberColumn, textColumn } from "./table-columns.js";

/** Where an import can lead; the column `to` has these. */
export const destinations = ["file", "node", "elsewhere"] as const;

/**
 * Every import of every file, and where it leads: `path`, `line`, `kind`, `specifier`, `to` (`file`, `node`, `elsewhere`) and
 * `resolved`, the path of a file that is listed, else null.
 */
export async function importsTable(listing: Listing, extractions: Extractions): Promise<Table> {
  const known = await extractions.read(listing);
  const { resolve } = importResolver(listing, customConditions(listing));
  const paths = listing.files.map(({ path }) => path);
  const places = new Map(paths.map((path, at) => [path, at]));
  const from: number[] = [];
  const lines: number[] = [];
  const kinds: number[] = [];
  const to: number[] = [];
  const specifiers: string[] = [];
  const resolved: number[] = [];
  for (const [at, file] of listing.files.entries()) {
    const { imports } = known.get(contentId(file))!;
    const before = new Map<string, Resolved>();
    for (const [number, specifier] of imports.specifier.entries()) {
      const kind = imports.kind[number]!;
      const required = importKinds[kind] === "require";
      const name = `${required}${specifier}`;
      const found = before.get(name) ?? resolve(file.path, specifier, required);
      before.set(name, found);
      from.push(at);
      lines.push(imports.line[number]!);
      kinds.push(kind);
      specifiers.push(specifier);
      to.push(destinations.indexOf(found.to));
      resolved.push(found.to === "file" ? places.get(found.path)! : -1);
    }
  }
  return new Table({
    path: namesColumn(from, paths),
    line: numberColumn(lines),
    kind: namesColumn(kinds, importKinds),
    specifier: textColumn(specifiers),
    to: namesColumn(to, destinations),
    resolved: namesColumn(resolved, paths),
  });
}
