import { LarderError } from "@larder/core";
import { type Folio, openFolio } from "@larder/folio";
import { file, type Pipeline, Runner } from "@larder/pipeline";
import { parquetCodec } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import type { RankedAirport } from "../flights/ranking.js";
import { loadPipeline, openBackend } from "../perform-act.js";
import type { PublishedItem, PublishFolioOutcome, PublishFolioRequest } from "./folio-protocol.js";

/** What is published: outputs of the demo's pipeline. */
interface Published {
  readonly ranking: readonly RankedAirport[];
  readonly flights: Table;
}

/**
 * Publishes outputs of the pipeline as a folio in a folder: they come from the cache. An update takes the last airport off the
 * ranking.
 *
 * @throws what the pipeline and `openFolio` throw
 */
export async function publishFolio(request: PublishFolioRequest, signal: AbortSignal): Promise<PublishFolioOutcome> {
  const started = performance.now();
  const folio = await openFolio(request.folder, { cache: { enabled: false } });
  try {
    if (request.update !== undefined) return await publishUpdate(folio, request.update.updatedBy, started);
    const { ranking, flights } = await outputsOf(request, signal);
    const items = [
      await published(folio, "ranking", ranking, undefined),
      await published(folio, "flights", flights, undefined),
    ];
    return done(items, ranking, flights.numRows, started);
  } finally {
    await folio.close();
  }
}

async function publishUpdate(folio: Folio, updatedBy: string, started: number): Promise<PublishFolioOutcome> {
  const ranking = (await folio.get<readonly RankedAirport[]>("ranking")).slice(0, -1);
  return done([await published(folio, "ranking", ranking, updatedBy)], ranking, 0, started);
}

async function published(
  folio: Folio,
  item: keyof Published,
  value: unknown,
  updatedBy: string | undefined,
): Promise<PublishedItem> {
  const added = await folio.add(item, value, updatedBy === undefined ? {} : { updatedBy });
  return {
    item,
    kind: added.kind,
    bytes: added.sizeBytes ?? 0,
    checksum: `${added.checksumAlgorithm}:${added.checksum}`,
    updatedBy: added.updatedBy ?? "",
  };
}

function done(
  items: readonly PublishedItem[],
  ranking: readonly RankedAirport[],
  rows: number,
  started: number,
): PublishFolioOutcome {
  return {
    ok: true,
    processId: process.pid,
    seconds: (performance.now() - started) / 1000,
    items,
    ranking: JSON.parse(JSON.stringify(ranking)),
    rows,
  };
}

async function outputsOf(
  { pipelineFile, inputs, cache }: PublishFolioRequest,
  signal: AbortSignal,
): Promise<Published> {
  const pipeline: Pipeline = await loadPipeline(pipelineFile);
  const backend = await openBackend(cache);
  try {
    const runner = new Runner({
      cacheConfig: {
        enabled: backend !== undefined,
        verbose: false,
        ...(backend && { backend, codecs: [parquetCodec()] }),
      },
    });
    const values = Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => [name, "file" in input ? file(input.file) : input.value]),
    ) as Record<string, never>;
    const { outputs } = await runner.run(pipeline, { inputs: values, outputs: ["ranking", "flights"], signal });
    const { ranking, flights } = outputs as Partial<Published>;
    if (Array.isArray(ranking) && flights !== undefined) return { ranking, flights };
    throw new LarderError("The pipeline gave no ranking, or no flights, to be published.", { code: "no-output" });
  } finally {
    await backend?.close?.();
  }
}
