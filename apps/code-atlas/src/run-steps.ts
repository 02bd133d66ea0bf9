import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { LarderError } from "@larder/core";
import type { RuntimeProfile } from "@larder/disk-cache";
import { type OutputNames, Runner } from "@larder/pipeline";
import type { Table } from "apache-arrow";
import { atlasPipeline, type Scanner } from "./atlas-pipeline.js";
import type { AtlasOptions } from "./command-line.js";
import type { Extractions } from "./extractions.js";
import type { AtlasRun } from "./run-atlas.js";
import type { Listing } from "./scan/listing.js";

/** What the steps after the listing need. */
export interface StepsRequest {
  readonly options: AtlasOptions;
  readonly signal: AbortSignal;
  readonly profile: RuntimeProfile;
  readonly extractions: Extractions;
  readonly listing: Listing;
}

/** Runs the pipeline over a listing, and writes its tables if they are asked for. @throws as `runAtlas` */
export async function runSteps(request: StepsRequest): Promise<Pick<AtlasRun, "report" | "steps" | "warnings">> {
  const { options, signal, profile, extractions, listing } = request;
  const scanner: Scanner = { scan: async () => listing };
  const { backend } = await profile.cache("node");
  const runner = new Runner({ cacheConfig: { enabled: true, backend, verbose: false } });
  const inputs = { scanner, extractions, top: options.top };
  const wanted = ["report", ...(options.tables === undefined ? [] : tableNames)] as const;
  const { outputs, report } = await runner.run(atlasPipeline, { inputs, outputs: wanted, signal });
  if (options.tables !== undefined) await writeTables(outputs, options.tables);
  return { report: outputs.report, steps: report.nodes, warnings: report.warnings };
}

const tableNames = ["modules", "symbols", "imports"] as const satisfies readonly OutputNames<typeof atlasPipeline>[];

/** Writes the tables as Parquet files. @throws LarderError `tables-not-written` */
async function writeTables(
  tables: Readonly<Record<(typeof tableNames)[number], Table>>,
  directory: string,
): Promise<void> {
  const { writeParquetFile } = await import("@larder/store-parquet");
  try {
    await mkdir(directory, { recursive: true });
    for (const name of tableNames)
      await writeParquetFile(join(directory, `${name}.parquet`), { batches: [tables[name]] });
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new LarderError(`The tables could not be written to ${directory} (${reason}).`, {
      code: "tables-not-written",
      facts: { directory },
      cause,
    });
  }
}
