import { func, Pipeline } from "@larder/pipeline";
import type { Table } from "apache-arrow";
import type { Extractions } from "./extractions.js";
import { atlasReport } from "./report/atlas-report.js";
import type { Listing } from "./scan/listing.js";
import { importsTable } from "./tables/imports-table.js";
import { modulesTable } from "./tables/modules-table.js";
import { symbolsTable } from "./tables/symbols-table.js";

/** What a run lists; asked anew each time. */
export interface Scanner {
  scan(): Promise<Listing>;
}

/** Lists the files. What is unchanged below is decided by names and contents, so this always runs. */
const scan = func({ name: "scan", inputs: ["scanner"], output: "listing" }, ({ scanner }: { scanner: Scanner }) =>
  scanner.scan(),
);

/**
 * Sees to it that everything is extracted. Its result is how many contents there are: the extractions are kept by content, in
 * a cache of their own, where the tables find them.
 */
const extract = func(
  { name: "extract", inputs: ["listing", "extractions"], output: "extracted", cache: true },
  async ({ listing, extractions }: { listing: Listing; extractions: Extractions }) => {
    await extractions.ensure(listing);
    return listing.files.length;
  },
);

interface FromExtractions {
  readonly listing: Listing;
  readonly extractions: Extractions;
  /** Only so that this comes after the extraction. */
  readonly extracted: number;
}

const imports = func(
  { name: "imports", inputs: ["listing", "extractions", "extracted"], output: "imports", cache: true },
  ({ listing, extractions }: FromExtractions) => importsTable(listing, extractions),
);

const symbols = func(
  { name: "symbols", inputs: ["listing", "extractions", "extracted"], output: "symbols", cache: true },
  ({ listing, extractions }: FromExtractions) => symbolsTable(listing, extractions),
);

const modules = func(
  { name: "modules", inputs: ["listing", "extractions", "extracted", "imports"], output: "modules", cache: true },
  ({ listing, extractions, imports }: FromExtractions & { readonly imports: Table }) =>
    modulesTable(listing, imports, extractions),
);

const report = func(
  { name: "report", inputs: ["modules", "symbols", "imports", "top"], output: "report", cache: true },
  ({ modules, symbols, imports, top }: { modules: Table; symbols: Table; imports: Table; top: number }) =>
    atlasReport(modules, symbols, imports, top),
);

/** From a repository to a report. Inputs: `scanner`, `extractions`, `top`. */
export const atlasPipeline = new Pipeline([scan, extract, imports, symbols, modules, report], { name: "atlas" });
