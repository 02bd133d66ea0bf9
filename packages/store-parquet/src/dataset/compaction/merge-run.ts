import { loadArrow } from "../../arrow/load-arrow.js";
import { breathe, isTimeToBreathe } from "../../format/breathe.js";
import { cutIds } from "../ids/cut-id-sets.js";
import type { PartColumn, PartPlace, PartRecord } from "../part-record.js";
import { type OpenPart, openPart } from "../parts/open-part.js";
import { type PartWriter, partWriter } from "../parts/part-writer.js";
import { bytesOf } from "./choose-merge.js";
import type { MergeRun } from "./merge-runs.js";
import { checkTold, mergedColumns, mergedSchema } from "./merged-columns.js";
import { mergedRows } from "./merged-rows.js";
import { partWindow } from "./part-window.js";
import { runKeys, toldMerge } from "./told-merge.js";

/** The dataset whose parts are merged. */
export interface MergedDataset {
  readonly directory: string;
  readonly idColumn: string;
  readonly idKind: "int64" | "text";
  readonly durability?: "process" | "power";
}

/** What is merged, and how. */
export interface RunPlan {
  readonly run: MergeRun;
  readonly place: PartPlace;
  /** Parts that are not merged: what they tell may not be uncovered. */
  readonly outside: readonly PartRecord[];
  /** The dataset's columns, with the types wanted. */
  readonly columns: readonly PartColumn[];
  /** Whether columns that none of the parts has are wanted too. */
  readonly everyColumn: boolean;
  /** Types, as text, instead of the dataset's. */
  readonly instead: ReadonlyMap<string, string>;
  /** Most bytes of a file, about. */
  readonly partBytes: number;
  /** Names of parts that the outcome takes the place of. */
  readonly replaces: readonly string[];
  /** The present, in milliseconds since 1970. */
  readonly now: number;
  /** Most rows that are merged at once; small ones in tests. */
  readonly sliceRows?: number | undefined;
}

/** What a merge is told from outside, and tells. */
export interface MergeWatch {
  readonly signal?: AbortSignal | undefined;
  /** Told of rows done, slice by slice. */
  readonly onRows?: ((rows: number) => void) | undefined;
}

/** Rows are merged in slices of so many, of about so many bytes. */
const sliceRows = 65_536;
const sliceBytes = 2 ** 25;

/** A merge that has written all rows and named no file yet. */
export interface WrittenRun {
  /** Names the files. */
  finish(): Promise<PartRecord[]>;
  /** Removes what is not named yet. */
  abort(): Promise<void>;
}

/**
 * Merges parts within a range of keys, slice by slice. Of each cell the value of the newest epoch is kept, where that epoch is of
 * rows; each epoch is carried over with the keys of which it still says something. An absent or invalid key is let go where it is
 * settled and hides nothing outside.
 *
 * @throws ColumnTypeError; CacheCorruptionError; LarderError `part-gone`, `damaged-part`, `disk-full`, `write-failed`; the signal's reason
 */
export async function writeRun(dataset: MergedDataset, plan: RunPlan, watch: MergeWatch): Promise<WrittenRun> {
  const opened = plan.run.inputs.map((record) => openPart(dataset.directory, record));
  let writer: PartWriter | undefined;
  try {
    for (const record of plan.run.inputs) checkTold(record);
    const begun = await beginRun(dataset, plan, opened);
    writer = begun.writer;
    await writeSlices(begun, watch);
    return { finish: () => begun.writer.finish(begun.told.epochsOf), abort: () => begun.writer.abort() };
  } catch (error) {
    await writer?.abort();
    throw error;
  } finally {
    await Promise.all(opened.map((part) => part.close()));
  }
}

async function beginRun(dataset: MergedDataset, plan: RunPlan, opened: readonly OpenPart[]) {
  const { run, place, partBytes, replaces, outside, now } = plan;
  const { directory, idColumn, idKind, durability } = dataset;
  const arrow = await loadArrow();
  const columns = await mergedColumns(arrow, run.inputs, opened, plan);
  const schema = mergedSchema(arrow, idColumn, idKind, columns);
  const told = toldMerge(run, outside, now);
  const parts = run.inputs.map((record, i) => {
    const own = new Set(record.columns.map(({ name }) => name));
    const types = new Map(columns.filter(({ name }) => own.has(name)).map(({ name, type }) => [name, type] as const));
    if (idKind === "text") types.set(idColumn, schema.fields[0]!.type);
    return { record, window: partWindow(arrow, opened[i]!, types) };
  });
  const placeOf = new Map(run.inputs.map((record, i) => [record.name, i] as const));
  const partOf = Uint16Array.from(told.merge.epochs, ({ part }) => placeOf.get(part.name)!);
  const target = { directory, place, ...(durability && { durability }) };
  return {
    run,
    told,
    sliceRows: plan.sliceRows ?? rowsPerSlice(run.inputs),
    sources: { arrow, schema, idColumn, idKind, columns, parts, partOf },
    writer: partWriter(target, { schema, partBytes, replaces }),
  };
}

type BegunRun = Awaited<ReturnType<typeof beginRun>>;

async function writeSlices(begun: BegunRun, { signal, onRows }: MergeWatch): Promise<void> {
  const { run, told, sources, writer } = begun;
  for (const keys of cutIds(runKeys(run), begun.sliceRows)) {
    signal?.throwIfAborted();
    if (isTimeToBreathe()) await breathe();
    const slice = told.settle(keys);
    if (isTimeToBreathe()) await breathe();
    const rows = await mergedRows(sources, told.merge, slice);
    if (rows) await writer.add(rows.table, rows.keys, rows.sequences);
    onRows?.(keys.size);
  }
}

function rowsPerSlice(inputs: readonly PartRecord[]): number {
  const rows = inputs.reduce((sum, { keys }) => sum + keys.size, 0);
  const bytesPerRow = bytesOf(inputs) / Math.max(rows, 1);
  return Math.max(256, Math.min(sliceRows, Math.floor(sliceBytes / Math.max(bytesPerRow, 1))));
}
