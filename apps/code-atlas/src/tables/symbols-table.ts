import { Table } from "apache-arrow";
import { contentId } from "../content-id.js";
import { symbolKinds } from "../extraction/index.js";
import type { Extractions } from "../extractions.js";
import type { Listing } from "../scan/listing.js";
import { namesColumn, numberColumn, textColumn } from "./table-columns.js";

/**
 * Every symbol of every file: `path`, `name`, `kind`, `line`, `lines`, `exported` (1 or 0) and `complexity` (0 for what is no
 * function).
 */
export async function symbolsTable(listing: Listing, extractions: Extractions): Promise<Table> {
  const known = await extractions.read(listing);
  const each = listing.files.map((file) => known.get(contentId(file))!.symbols);
  const length = each.reduce((sum, { name }) => sum + name.length, 0);
  const column = () => new Int32Array(length);
  const [from, kind, line, lines, exported, complexity] = [column(), column(), column(), column(), column(), column()];
  const names: string[] = [];
  for (const [at, symbols] of each.entries()) {
    const start = names.length;
    from.fill(at, start, start + symbols.name.length);
    kind.set(symbols.kind, start);
    line.set(symbols.line, start);
    lines.set(symbols.lines, start);
    exported.set(symbols.exported, start);
    complexity.set(symbols.complexity, start);
    for (const name of symbols.name) names.push(name);
  }
  return new Table({
    path: namesColumn(
      from,
      listing.files.map(({ path }) => path),
    ),
    name: textColumn(names),
    kind: namesColumn(kind, symbolKinds),
    line: numberColumn(line),
    lines: numberColumn(lines),
    exported: numberColumn(exported),
    complexity: numberColumn(complexity),
  });
}
