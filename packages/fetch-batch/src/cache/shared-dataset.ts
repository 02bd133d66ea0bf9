import { type CacheWarning, type Dataset, type DatasetStore, type IdKind, LarderError } from "@larder/core";
import type { Table } from "apache-arrow";
import type { CacheOptions } from "../cache-options.js";
import { storeOf } from "./store-of.js";

type Listener = (warning: CacheWarning) => void;

/** A dataset that stays open as long as its store, so that what is known of it is kept from call to call. */
interface SharedDataset {
  readonly dataset: Promise<Dataset<Table>>;
  readonly listeners: Set<Listener>;
}

const shared = new WeakMap<DatasetStore<Table>, Map<string, SharedDataset>>();

/** A dataset as one call uses it. */
export interface UsedDataset {
  readonly dataset: Dataset<Table>;
  /** To be called once, when it is not used any more. @param error what it failed with, if it did */
  done(error?: unknown): void;
}

/**
 * The dataset of a table; warnings go to the `onWarning` of those who use it at that time.
 *
 * @throws LarderError `dataset-mismatch`, `newer-format`, `closed-dataset`; those of `storeOf`
 */
export async function useDataset(table: string, options: CacheOptions): Promise<UsedDataset> {
  const { idColumn = "id", idKind = "int64", onWarning } = options;
  const store = await storeOf(options);
  const datasets = shared.get(store) ?? new Map<string, SharedDataset>();
  shared.set(store, datasets);
  const key = JSON.stringify([table, idColumn, idKind]);
  const entry = datasets.get(key) ?? open(store, table, idColumn, idKind);
  datasets.set(key, entry);
  const forget = () => {
    if (datasets.get(key) === entry) datasets.delete(key);
  };
  // A function of its own, so that two calls with the same listener do not take it from each other.
  const listener: Listener = (warning) => onWarning?.(warning);
  entry.listeners.add(listener);
  try {
    const dataset = await entry.dataset;
    return {
      dataset,
      done(error) {
        entry.listeners.delete(listener);
        if (LarderError.isInstance(error, "closed-dataset")) forget();
      },
    };
  } catch (error) {
    entry.listeners.delete(listener);
    forget();
    throw error;
  }
}

/** Does something with the dataset of a table. @throws as `useDataset` */
export async function withDataset<Result>(
  table: string,
  options: CacheOptions,
  use: (dataset: Dataset<Table>) => Promise<Result>,
): Promise<Result> {
  const { dataset, done } = await useDataset(table, options);
  try {
    const result = await use(dataset);
    done();
    return result;
  } catch (error) {
    done(error);
    throw error;
  }
}

function open(store: DatasetStore<Table>, table: string, idColumn: string, idKind: IdKind): SharedDataset {
  const listeners = new Set<Listener>();
  const onWarning = (warning: CacheWarning) => {
    for (const listener of listeners) listener(warning);
  };
  const dataset = store.openDataset(table, { idColumn, idKind, onWarning });
  return { dataset, listeners };
}
