import { codeOf, oneSentence, rootError } from "@larder/app-shared";
import { type CacheBackend, type JsonObject, LarderError } from "@larder/core";
import { file, type Pipeline, Runner, type RunReport } from "@larder/pipeline";
import { parquetCodec } from "@larder/store-parquet";
import type { ActCache, ActNode, ActOutcome, ActOutput, ActReason, ActRequest } from "./act-protocol.js";
import { checkFlightsFile } from "./check-flights-file.js";
import { outputPreview } from "./output-preview.js";
import { toJsonValue } from "./to-json-value.js";
import { userBackend } from "./user-backend.js";
import { importUserModule } from "./user-module.js";
import { wordsOfChanges } from "./words-of-changes.js";

/** Runs a pipeline once, as asked, in this process. */
export async function performAct(request: ActRequest, signal: AbortSignal): Promise<ActOutcome> {
  if (request.flightsFile !== undefined) await checkFlightsFile(request.flightsFile);
  const pipeline = await loadPipeline(request.pipelineFile);
  const backend = await openBackend(request.cache);
  try {
    // Types are known to those who write a pipeline, not here; the runner checks the names.
    const inputs = Object.fromEntries(
      Object.entries(request.inputs).map(([name, input]) => [name, "file" in input ? file(input.file) : input.value]),
    ) as Record<string, never>;
    const runner = new Runner({
      cacheConfig: {
        enabled: backend !== undefined,
        ...(backend === undefined ? {} : { backend, codecs: [parquetCodec()] }),
      },
    });
    const wanted = request.outputs === undefined ? {} : { outputs: request.outputs };
    const { outputs, report } = await runner.run(pipeline, { inputs, ...wanted, signal });
    return {
      ok: true,
      processId: process.pid,
      seconds: report.seconds,
      nodes: nodesOf(report),
      counters: countersOf(report),
      reasons: reasonsOf(report),
      graph: pipeline.graph(),
      outputs: Object.entries(outputs).map(([name, value]) => describeOutput(name, value)),
    };
  } catch (error) {
    const told = rootError(error);
    return { ok: false, processId: process.pid, message: oneSentence(told), code: codeOf(told) };
  } finally {
    await backend?.close?.();
  }
}

/** The pipeline that a module exports. @throws LarderError `bad-module` */
export async function loadPipeline(path: string): Promise<Pipeline> {
  const exported = await importUserModule(path, "pipeline");
  // By its shape: a user's project may have a copy of the package of its own.
  const pipeline = exported as Partial<Pipeline> | null;
  if (typeof pipeline?.graph !== "function" || !Array.isArray(pipeline.nodes)) {
    throw new LarderError(
      `The default export of ${path} is no Pipeline of @larder/pipeline. Write: export default new Pipeline([…]).`,
      { code: "bad-module", facts: { file: path } },
    );
  }
  return exported as Pipeline;
}

/** Where an act keeps its results; `undefined`: nowhere. */
export async function openBackend(cache: ActCache): Promise<CacheBackend | undefined> {
  if (cache.kind === "none") return undefined;
  if (cache.kind === "directory") {
    const { DiskCache } = await import("@larder/disk-cache");
    return new DiskCache({ directory: cache.directory });
  }
  const backend = await (await userBackend(cache.file))();
  if (cache.clear) await backend.clear();
  return backend;
}

/** Why nodes ran that would not have had to run for their parents' sake alone. */
function reasonsOf(report: RunReport): ActReason[] {
  return report.nodes.flatMap(({ node, because }) => {
    const own = because.filter((change) => change.part !== "parent");
    return own.length === 0 ? [] : [{ node, because: wordsOfChanges(own) }];
  });
}

function nodesOf(report: RunReport): ActNode[] {
  return report.nodes.map(({ node, decision, reason, seconds, savedSeconds, rows, bytes }) => ({
    node,
    decision,
    reason,
    seconds,
    savedSeconds,
    rows,
    bytes,
  }));
}

function countersOf(report: RunReport): JsonObject {
  const { hits, misses, skipped, uncached, failed, notRun, savedSeconds } = report.totals;
  const read = report.nodes.filter((node) => node.decision === "hit").reduce((sum, node) => sum + (node.bytes ?? 0), 0);
  const stored = report.nodes
    .filter((node) => node.decision === "miss")
    .reduce((sum, node) => sum + (node.bytes ?? 0), 0);
  return {
    misses,
    hits,
    skipped,
    uncached,
    failed,
    notRun,
    savedSeconds,
    bytesRead: read,
    bytesStored: stored,
    warnings: report.warnings.length,
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

function describeOutput(name: string, value: unknown): ActOutput {
  return { name, value: toJsonValue(value), preview: outputPreview(value) };
}
