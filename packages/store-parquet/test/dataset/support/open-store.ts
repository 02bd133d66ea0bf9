import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CacheWarning, Clock, DatasetSnapshot } from "@larder/core";
import * as arrow from "apache-arrow";
import { onTestFinished } from "vitest";
import { type DatasetStoreOptions, datasetStore, type OpenDatasetStore } from "../../../src/dataset/dataset-store.js";

/** A store in a directory that is removed after the test. */
export interface TestStore {
  readonly directory: string;
  readonly store: OpenDatasetStore;
  /** Another store on the same directory, as another process would have it. */
  readonly another: (options?: Partial<DatasetStoreOptions>) => OpenDatasetStore;
  readonly warnings: CacheWarning[];
  /** Its time is moved by hand. */
  readonly time: { now: number };
}

export function openStore(options: Partial<DatasetStoreOptions> = {}): TestStore {
  const directory = mkdtempSync(join(tmpdir(), "larder-dataset-"));
  const warnings: CacheWarning[] = [];
  const time = { now: Date.UTC(2026, 0, 1) };
  const clock: Clock = { now: () => time.now, monotonic: () => performance.now() };
  const stores: OpenDatasetStore[] = [];
  const another: TestStore["another"] = (more = {}) => {
    const store = datasetStore({
      ...{ directory, clock, onWarning: (warning) => warnings.push(warning), backgroundCompaction: false },
      ...options,
      ...more,
    });
    stores.push(store);
    return store;
  };
  onTestFinished(async () => {
    for (const store of stores) await store.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return { directory, store: another(), another, warnings, time };
}

/** Ids as datasets have them. */
export function ids(...numbers: readonly (number | bigint)[]): BigInt64Array {
  return BigInt64Array.from(numbers, BigInt);
}

/** A table of an id column and others, whose types are given or found out by Arrow. */
export function rows(
  id: BigInt64Array | readonly string[],
  columns: Readonly<Record<string, readonly unknown[] | arrow.Vector>> = {},
): arrow.Table {
  const idVector = Array.isArray(id)
    ? arrow.vectorFromArray(id as string[], new arrow.Utf8())
    : arrow.makeVector(id as BigInt64Array);
  const vectors: Record<string, arrow.Vector> = { id: idVector };
  for (const [name, values] of Object.entries(columns)) {
    vectors[name] = values instanceof arrow.Vector ? values : arrow.vectorFromArray(values as unknown[]);
  }
  return new arrow.Table(vectors);
}

/** Rows as they are read, as plain objects. */
export async function readPlain(
  snapshot: DatasetSnapshot<arrow.Table>,
  ...[of, columns, options]: Parameters<DatasetSnapshot<arrow.Table>["read"]>
): Promise<Record<string, unknown>[]> {
  const table = await snapshot.read(of, columns, options);
  return table.toArray().map((row) => ({ ...(row.toJSON() as Record<string, unknown>) }));
}
