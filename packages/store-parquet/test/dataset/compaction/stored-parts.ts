import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CacheWarning, Clock } from "@larder/core";
import * as arrow from "apache-arrow";
import type { CompactionContext } from "../../../src/dataset/compaction/compact-dataset.js";
import { uniteAllIds } from "../../../src/dataset/ids/combine-id-sets.js";
import { idSetOf, idsIn } from "../../../src/dataset/ids/make-id-set.js";
import { placesOfIds } from "../../../src/dataset/ids/places-of-ids.js";
import { makeDataset } from "../../../src/dataset/log/dataset-file.js";
import { type DatasetLog, openLog } from "../../../src/dataset/log/dataset-log.js";
import type { DatasetState } from "../../../src/dataset/log/dataset-state.js";
import type { Epoch, PartRecord } from "../../../src/dataset/part-record.js";
import { openPart } from "../../../src/dataset/parts/open-part.js";
import { readPartRecord } from "../../../src/dataset/parts/read-part-record.js";
import { readPartRange } from "../../../src/dataset/parts/read-part-rows.js";
import { writePart } from "../../../src/dataset/parts/write-part.js";
import { widenedColumns } from "../../../src/dataset/widened-columns.js";
import { now } from "./random-told.js";
import { toldCells } from "./told-cells.js";

/** A dataset on disk whose every cell can be told from its sequence, id and column. */
export interface StoredParts {
  readonly directory: string;
  readonly log: DatasetLog;
  readonly context: CompactionContext;
  readonly warnings: CacheWarning[];
  /** Stores a part that tells this; a cell that no epoch tells holds a value that nobody fetched. */
  store(epochs: readonly Epoch[]): Promise<PartRecord>;
  remove(): void;
}

export interface StoredPartsOptions {
  readonly directory?: string;
  readonly idKind?: "int64" | "text";
  readonly partBytes?: number;
  readonly clock?: Clock;
}

export function storedParts(options: StoredPartsOptions = {}): StoredParts {
  const { idKind = "int64", partBytes = 100_000_000 } = options;
  const { clock = { now: () => now, monotonic: () => performance.now() } } = options;
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), "larder-compaction-"));
  const warnings: CacheWarning[] = [];
  const onWarning = (warning: CacheWarning) => void warnings.push(warning);
  const emptyTable = () => tableOf(new BigInt64Array(0), [], idKind, () => null);
  const writeEpochs = (epochs: readonly Epoch[], replaces: readonly string[]) =>
    writePart(
      { directory, place: "recent" },
      { table: emptyTable(), keys: idSetOf(new BigInt64Array(0)), epochs, replaces },
    );
  const log = openLog(directory, {
    onWarning,
    readPart: (name) => readPartRecord(directory, name),
    writeEpochs,
    registryOf: (parts) => parts.reduce<DatasetState["columns"]>((all, part) => widenedColumns(all, part.columns), []),
    clock,
  });
  return {
    directory,
    log,
    warnings,
    context: { directory, idColumn: "id", idKind, partBytes, clock, log, onWarning },
    async store(epochs) {
      await makeDataset(
        directory,
        { table: "t", idColumn: "id", idKind, created: now },
        { durability: "process", onWarning },
      );
      const part = await writePart({ directory, place: "recent" }, contentOf(epochs, idKind));
      await log.commit((state) => ({
        kind: "batch",
        add: [part],
        remove: [],
        columns: widenedColumns(state.columns, part.columns),
      }));
      return part;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

type Value = number | string | bigint | boolean | null;

/** What the fetch with a sequence found in a cell. Columns `a` are integers from even fetches, and fractions from odd ones. */
export function cellValue(sequence: number, id: bigint, column: string): Value {
  const mixed = Math.abs(Number(BigInt.asIntN(20, id)) * 31 + (sequence % 99_991) * 7 + column.charCodeAt(0)) % 100_003;
  if (mixed % 5 === 0) return null;
  switch (column) {
    case "a":
      return sequence % 2 === 0 ? mixed : mixed + 0.5;
    case "b":
      return `text ${mixed}`;
    case "c":
      return BigInt(mixed) * 2n ** 40n;
    default:
      return mixed % 2 === 0;
  }
}

export function idText(key: bigint): string {
  return `id of ${key}`;
}

function contentOf(epochs: readonly Epoch[], idKind: "int64" | "text") {
  const rows = epochs.flatMap((epoch) => (epoch.kind === "rows" ? [epoch] : []));
  const keys = uniteAllIds(rows.map((epoch) => epoch.keys));
  const columns = [...new Set(rows.flatMap((epoch) => epoch.columns))].sort();
  const told = rows.map((epoch) => ({ epoch, own: new Set(idsIn(epoch.keys)) }));
  const ids = idsIn(keys);
  const table = tableOf(
    ids,
    columns,
    idKind,
    (id, column) => {
      const last = told.findLast(({ epoch, own }) => epoch.columns.includes(column) && own.has(id));
      return last ? cellValue(last.epoch.sequence, id, column) : column === "b" ? "nobody fetched this" : null;
    },
    rows.some(({ sequence }) => sequence % 2 !== 0),
  );
  return { table, keys, epochs: idKind === "text" ? epochs.map(withTexts) : epochs };
}

function withTexts(epoch: Epoch): Epoch {
  return epoch.kind === "absent" ? { ...epoch, texts: Array.from(idsIn(epoch.keys), idText) } : epoch;
}

function tableOf(
  ids: BigInt64Array,
  columns: readonly string[],
  idKind: "int64" | "text",
  valueAt: (id: bigint, column: string) => Value,
  fractions = false,
): arrow.Table {
  const types: Record<string, arrow.DataType> = {
    a: fractions ? new arrow.Float64() : new arrow.Int32(),
    b: new arrow.Utf8(),
    c: new arrow.Int64(),
    d: new arrow.Bool(),
  };
  const keys = arrow.makeVector(ids);
  const own: [arrow.Field, arrow.Vector][] =
    idKind === "int64"
      ? [[new arrow.Field("id", new arrow.Int64(), false), keys]]
      : [
          [
            new arrow.Field("id", new arrow.Utf8(), false),
            arrow.vectorFromArray(Array.from(ids, idText), new arrow.Utf8()),
          ],
          [new arrow.Field("larder:key", new arrow.Int64(), false), keys],
        ];
  const data = columns.map((column): [arrow.Field, arrow.Vector] => [
    new arrow.Field(column, types[column]!, true),
    arrow.vectorFromArray(
      Array.from(ids, (id) => valueAt(id, column)),
      types[column]!,
    ),
  ]);
  const all = [...own, ...data];
  const schema = new arrow.Schema(all.map(([field]) => field));
  if (ids.length === 0) return new arrow.Table(schema);
  const children = all.map(([, vector]) => vector.data[0]!);
  const struct = arrow.makeData({ type: new arrow.Struct(schema.fields), length: ids.length, nullCount: 0, children });
  return new arrow.Table(schema, new arrow.RecordBatch(schema, struct));
}

/** What a dataset answers, cell by cell, from its files alone: `id` is absent, or the value of `id/column`. */
export async function answersOf(
  directory: string,
  parts: Iterable<PartRecord>,
  ids: readonly bigint[],
): Promise<Map<string, unknown>> {
  const all = [...parts];
  const { absent, known } = toldCells(all, ids);
  const rows = new Map<string, ReadonlyMap<string, arrow.Data>>();
  for (const part of all) rows.set(part.name, await wholePart(directory, part));
  const answers = new Map<string, unknown>();
  for (const [id, { fetchedAt, version }] of absent) answers.set(id, { fetchedAt, version });
  for (const [cell, { fetchedAt, version, part }] of known) {
    const [id, column] = cell.split("/") as [string, string];
    const { keys } = all.find(({ name }) => name === part)!;
    const row = placesOfIds(keys, BigInt64Array.of(BigInt(id)))[0]!;
    const value = new arrow.Vector([rows.get(part)!.get(column)!]).get(row);
    const found = new arrow.Vector([rows.get(part)!.get("id")!]).get(row);
    answers.set(cell, { fetchedAt, version, value, id: found });
  }
  return answers;
}

async function wholePart(directory: string, part: PartRecord): Promise<ReadonlyMap<string, arrow.Data>> {
  const opened = openPart(directory, part);
  try {
    return await readPartRange(opened, ["id", ...part.columns.map(({ name }) => name)], 0, part.keys.size);
  } finally {
    await opened.close();
  }
}

/** What it should answer, by what was stored. */
export function expectedAnswers(
  stored: Iterable<PartRecord>,
  ids: readonly bigint[],
  idKind: "int64" | "text" = "int64",
): Map<string, unknown> {
  const { absent, known } = toldCells(stored, ids);
  const answers = new Map<string, unknown>();
  for (const [id, { fetchedAt, version }] of absent) answers.set(id, { fetchedAt, version });
  for (const [cell, { sequence, fetchedAt, version }] of known) {
    const [text, column] = cell.split("/") as [string, string];
    const id = BigInt(text);
    const value = cellValue(sequence, id, column);
    answers.set(cell, { fetchedAt, version, value, id: idKind === "text" ? idText(id) : id });
  }
  return answers;
}
