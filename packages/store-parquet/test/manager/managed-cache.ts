import { Cache, type CacheBackend, type CacheEvent, MemoryCache } from "@larder/core";
import {
  CacheManager,
  type CacheManagerOptions,
  type ManagerEvent,
  parquetCodec,
  referenceCodec,
} from "@larder/store-parquet";
import { type RecordBatch, type Table, tableFromArrays } from "apache-arrow";

/** A manager over a cache in memory, and what both tell. */
export function managed(options: Partial<CacheManagerOptions> & { readonly backend?: CacheBackend } = {}) {
  const { backend = new MemoryCache(), ...rest } = options;
  const cacheEvents: CacheEvent[] = [];
  const events: ManagerEvent[] = [];
  const cache = new Cache({
    backend,
    codecs: [parquetCodec(), referenceCodec()],
    onEvent: (event) => void cacheEvents.push(event),
  });
  const manager = new CacheManager({ cache, onEvent: (event) => void events.push(event), ...rest });
  return { manager, cache, backend, events, cacheEvents };
}

/** A table of numbers and texts. */
export function numbers(rows: number, from = 0): Table {
  return tableFromArrays({
    id: Int32Array.from({ length: rows }, (_, i) => from + i),
    half: Float64Array.from({ length: rows }, (_, i) => (from + i) / 2),
  });
}

/** Its rows from `start` to `end` as one batch. */
export function batchOf(start: number, end: number): RecordBatch {
  return numbers(end - start, start).batches[0]!;
}

/** Batches of so many rows each, of {@link numbers}. */
export async function* batches(count: number, rows: number, failure?: Error): AsyncGenerator<RecordBatch> {
  for (let i = 0; i < count; i++) yield batchOf(i * rows, (i + 1) * rows);
  if (failure !== undefined) throw failure;
}
