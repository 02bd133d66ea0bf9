import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CacheCorruptionError, type CacheWarning, LarderError } from "@larder/core";
import type { IdSet } from "../../../../src/dataset/ids/id-set.js";
import { idSetOf, idsIn } from "../../../../src/dataset/ids/make-id-set.js";
import { type DatasetLog, openLog } from "../../../../src/dataset/log/dataset-log.js";
import type { Change } from "../../../../src/dataset/log/dataset-state.js";
import type { LogOptions } from "../../../../src/dataset/log/log-options.js";
import type { Epoch, PartColumn, PartPlace, PartRecord } from "../../../../src/dataset/part-record.js";
import { newPartName } from "../../../../src/dataset/parts/part-name.js";

export function idsOf(...ids: number[]): IdSet {
  return idSetOf(BigInt64Array.from(ids.map(BigInt)));
}

export function rowsEpoch(sequence: number, keys: IdSet, columns: readonly string[] = ["a"]): Epoch {
  return { kind: "rows", sequence, keys, fetchedAt: 1_700_000_000_000 + sequence, columns };
}

/** What a sample part is made of; everything has a default. */
export interface SamplePart {
  readonly name?: string;
  readonly place?: PartPlace;
  readonly keys?: IdSet;
  readonly epochs?: readonly Epoch[];
  readonly replaces?: readonly string[];
  readonly columns?: readonly PartColumn[];
}

/** The record of a part that was never written. */
export function samplePart(part: SamplePart = {}): PartRecord {
  const { place = "recent", keys = idsOf(1), replaces = [] } = part;
  return {
    name: part.name ?? newPartName(place, place === "base" ? 0n : undefined),
    place,
    keys,
    byteLength: 1000 + keys.size,
    checksum: "xxh64:0000000000000000",
    chunkDigests: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    columns: part.columns ?? [{ name: "a", type: "Int32" }],
    epochs: part.epochs ?? [rowsEpoch(1, keys)],
    replaces,
  };
}

/** Writes a file that stands for a part: a text that tells its record. */
export function writeSamplePart(directory: string, part: SamplePart = {}): PartRecord {
  const record = samplePart(part);
  const path = join(directory, record.name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(plain(record)));
  return record;
}

export function readSamplePart(directory: string, name: string): PartRecord {
  const path = join(directory, name);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new LarderError(`${path} is gone`, { code: "part-gone", cause });
  }
  try {
    return JSON.parse(text, (_key, value) =>
      Array.isArray(value?.ids) ? idsOf(...value.ids) : value?.bytes ? Uint8Array.from(value.bytes) : value,
    ) as PartRecord;
  } catch (cause) {
    throw new CacheCorruptionError(path, "it is no sample", cause);
  }
}

/** A value of which two are alike exactly when their JSON is; sets of ids as lists. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (value instanceof Map) return plain([...value.values()]);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if ("containers" in value) return { ids: [...idsIn(value as IdSet)].map(Number) };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** A log over sample parts, and the warnings it gave. */
export function sampleLog(
  directory: string,
  options: Partial<LogOptions> = {},
): DatasetLog & { readonly warnings: CacheWarning[] } {
  const warnings: CacheWarning[] = [];
  const log = openLog(directory, {
    onWarning: (warning) => warnings.push(warning),
    readPart: async (name) => readSamplePart(directory, name),
    writeEpochs: async (epochs, replaces) =>
      writeSamplePart(directory, { keys: idsOf(), columns: [], epochs, replaces }),
    registryOf: (parts) => [
      ...new Map(parts.flatMap(({ columns }) => columns).map((column) => [column.name, column])).values(),
    ],
    ...options,
  });
  return Object.assign(log, { warnings });
}

/** A change that adds parts. */
export function adding(...add: PartRecord[]): Change {
  return { kind: "batch", add, remove: [] };
}
