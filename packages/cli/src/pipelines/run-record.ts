import type { Cache } from "@larder/core";
import type { RunReportJson } from "@larder/pipeline";

/** What is kept of a run of `larder run`: no input, no output, no value. */
export interface RunRecord {
  /** As in the events of the run. */
  readonly run: string;
  readonly startedAt: string;
  readonly file: string;
  readonly outcome: "done" | "failed" | "aborted";
  /** Of a run that failed. */
  readonly message: string | null;
  readonly report: RunReportJson;
}

const prefix = "run:";
const keptSeconds = 90 * 86_400;

/** Keeps the record of a run in its cache, for 90 days. */
export async function keepRun(cache: Cache, record: RunRecord): Promise<void> {
  // Keys sort by time.
  const key = `${prefix}${record.startedAt}:${record.run}`;
  await cache.set(key, record, { ttlSeconds: keptSeconds, tags: ["larder:run"], origin: "larder run" });
}

/** Records of runs, the newest first. */
export async function* keptRuns(cache: Cache): AsyncGenerator<RunRecord, void> {
  for await (const key of cache.keys({ prefix, reverse: true })) {
    const record = await cache.get<RunRecord>(key);
    if (isRunRecord(record)) yield record;
  }
}

function isRunRecord(value: unknown): value is RunRecord {
  return typeof value === "object" && value !== null && "report" in value && "startedAt" in value && "run" in value;
}
