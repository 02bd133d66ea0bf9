import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  type CacheWarning,
  type Clock,
  type Dataset,
  type DatasetOptions,
  type DatasetStore,
  LarderError,
  ownerState,
  systemClock,
  uniqueNameOfProcess,
} from "@larder/core";
import type { Table } from "apache-arrow";
import { backgroundWork } from "./background-work.js";
import { type DatasetContext, type DatasetName, type DatasetSettings, datasetContext } from "./dataset-context.js";
import { datasetHandle, type SharedWork } from "./dataset-handle.js";
import { matching, readDataset } from "./log/dataset-file.js";
import { datasetDirectory } from "./parts/dataset-paths.js";
import { ifThere, systemCode } from "./system-code.js";
import type { TextKey } from "./text-keys.js";

/** How datasets are kept. */
export interface DatasetStoreOptions {
  /** Where; made when something is stored. Each dataset has a folder `<schema>/<table>` in it. */
  readonly directory: string;
  /** Files in `base/` grow to about so many bytes; above 0. Default 100,000,000. */
  readonly partBytes?: number;
  /** When something counts as stored: once it outlives this process, however sudden its end (`process`, the default), or a power cut too. */
  readonly durability?: "process" | "power";
  readonly clock?: Clock;
  /** From 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** The key of a text id, for tests. Default: 64 bits of xxHash. All who use a dataset must have the same. */
  readonly textKey?: TextKey | undefined;
  /** Merge parts after something was stored, where it is worth it. Default `true`. */
  readonly backgroundCompaction?: boolean;
  /** Told of what went wrong and was survived, of all datasets. */
  readonly onWarning?: ((warning: CacheWarning) => void) | undefined;
}

/** Datasets in a directory, and their end. */
export interface OpenDatasetStore extends DatasetStore<Table> {
  /** Closes all datasets opened here: waits for what is under way, then releases what is held open. */
  close(): Promise<void>;
}

/** Where removed datasets go until they are gone: no schema's folder, for those have two hexadecimal digits after `%`. */
const removedFolder = "%removed";

interface SharedDataset {
  readonly context: Promise<DatasetContext>;
  readonly work: SharedWork;
  handles: number;
}

/**
 * Keeps datasets as Parquet files in a directory; any number of processes may use it. Nothing is touched before the first call, and
 * apache-arrow is not loaded.
 *
 * @throws LarderError `invalid-option`
 */
export function datasetStore(options: DatasetStoreOptions): OpenDatasetStore {
  const root = resolve(options.directory);
  const settings = settingsOf(options);
  const opened = new Map<string, SharedDataset>();
  const handles = new Set<Dataset<Table>>();
  let isClosed = false;

  const share = (name: DatasetName): SharedDataset => {
    const key = JSON.stringify([name.table, name.idColumn, name.idKind]);
    let shared = opened.get(key);
    if (!shared) {
      const context = datasetContext(name, settings);
      shared = { context, work: { background: backgroundWork(), hasSwept: false }, handles: 0 };
      opened.set(key, shared);
      context.catch(() => opened.delete(key));
    }
    shared.handles++;
    return shared;
  };
  const leave = async (name: DatasetName, shared: SharedDataset): Promise<void> => {
    await shared.work.background.settle();
    if (--shared.handles > 0) return;
    opened.delete(JSON.stringify([name.table, name.idColumn, name.idKind]));
    await (await shared.context).parts.close();
  };

  return {
    async openDataset(table, { idColumn = "id", idKind = "int64", onWarning }: DatasetOptions = {}) {
      if (isClosed)
        throw new LarderError("The store of datasets was closed. Make a new one.", { code: "closed-dataset" });
      const directory = datasetDirectory(root, table);
      const name: DatasetName = { table, directory, idColumn, idKind };
      const shared = share(name);
      const own = onWarning && onWarning !== options.onWarning && ((warning: CacheWarning) => onWarning(warning));
      try {
        const context = await shared.context;
        if (options.onWarning) context.listeners.add(options.onWarning);
        if (own) context.listeners.add(own);
        await checkDataset(context);
        const handle = datasetHandle(context, shared.work, async () => {
          handles.delete(handle);
          if (own) context.listeners.delete(own);
          await leave(name, shared);
        });
        handles.add(handle);
        return handle;
      } catch (error) {
        await leave(name, shared).catch(() => undefined);
        throw error;
      }
    },
    async listDatasets() {
      const tables = new Set<string>();
      for (const schema of await foldersIn(root)) {
        if (schema === removedFolder) continue;
        for (const table of await foldersIn(join(root, schema))) {
          const facts = await readDataset(join(root, schema, table)).catch(() => undefined);
          if (facts) tables.add(facts.table);
        }
      }
      return [...tables].sort();
    },
    datasetPath: (table) => datasetDirectory(root, table),
    async removeDataset(table) {
      const directory = datasetDirectory(root, table);
      const removed = join(root, removedFolder);
      const gone = join(removed, uniqueNameOfProcess());
      try {
        await stat(directory);
        await mkdir(removed, { recursive: true, mode: 0o700 });
        // Renamed first, so that no half of it is ever taken for a dataset.
        await rename(directory, gone);
      } catch (error) {
        if (systemCode(error) === "ENOENT") return false;
        throw notRemoved(table, error);
      }
      await sweepRemoved(removed, gone);
      return true;
    },
    async close() {
      isClosed = true;
      await Promise.all([...handles].map((handle) => handle.close()));
    },
  };
}

function settingsOf(options: DatasetStoreOptions): DatasetSettings {
  const { partBytes = 100_000_000, durability = "process", clock = systemClock, random = Math.random } = options;
  if (!(Number.isFinite(partBytes) && partBytes > 0)) {
    throw new LarderError(`partBytes must be a number of bytes above 0, and it is ${partBytes}.`, {
      code: "invalid-option",
      facts: { partBytes },
    });
  }
  const { textKey, backgroundCompaction = true } = options;
  return { partBytes, durability, clock, random, textKey, backgroundCompaction };
}

/** @throws LarderError `dataset-mismatch`, `newer-format` */
async function checkDataset({ directory, table, idColumn, idKind, warn }: DatasetContext): Promise<void> {
  try {
    const facts = await readDataset(directory);
    if (facts) matching(facts, { table, idColumn, idKind, created: facts.created }, directory);
  } catch (error) {
    if (LarderError.isInstance(error, "dataset-mismatch") || LarderError.isInstance(error, "newer-format")) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `What the dataset of ${JSON.stringify(table)} is can't be read: ${reason}`;
    warn("dataset-unreadable", message, { table, directory }, error);
  }
}

/** Never rejects: the dataset is removed already, and what stays here is swept when another is, once this process is gone. */
async function sweepRemoved(removed: string, gone: string): Promise<void> {
  for (const name of await foldersIn(removed).catch(() => [])) {
    const isAbandoned = ownerState(name.slice(0, -17)) === "dead";
    if (!isAbandoned && !gone.endsWith(name)) continue;
    await rm(join(removed, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

async function foldersIn(directory: string): Promise<string[]> {
  const entries = (await ifThere(() => readdir(directory, { withFileTypes: true }))) ?? [];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function notRemoved(table: string, cause: unknown): LarderError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LarderError(`The dataset of ${JSON.stringify(table)} could not be removed: ${reason}. It is as it was.`, {
    code: "write-failed",
    facts: { table },
    cause,
  });
}
