import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { LarderError } from "@larder/core";
import type { RuntimeProfile } from "@larder/disk-cache";
import { type OutputNames, Runner } from "@larder/pipeline";
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
  const { outputs, report } = await runner.run(atlasPipeline, { inputs, outputs: ["report"], signal });
  if (options.tables !== undefined) await writeTables(runner, inputs, options.tables, signal);
  return { report: outputs.report, steps: report.nodes, warnings: report.warnings };
}

const tables = ["modules", "symbols", "imports"] as const satisfies readonly OutputNames<typeof atlasPipeline>[];

/** Writes the tables as Parquet files. @throws LarderError `tables-not-written` */
async function writeTables(
  runner: Runner,
  inputs: { readonly scanner: Scanner; readonly extractions: Extractions; readonly top: number },
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  const { outputs } = await runner.run(atlasPipeline, { inputs, outputs: tables, signal });
  const { writeParquetFile } = await import("@larder/store-parquet");
  try {
    await mkdir(directory, { recursive: true });
    for (const name of tables) await writeParquetFile(join(directory, `${name}.parquet`), { batches: [outputs[name]] });
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new LarderError(`The tables could not be written to ${directory} (${reason}).`, {
      code: "tables-not-written",
      facts: { directory },
      cause,
    });
  }
}
