import type { Data, RecordBatch, Table } from "apache-arrow";
import { breathe, isTimeToBreathe } from "../format/breathe.js";
import type { ReadableColumn, StoredRowGroup } from "../format/file-layout.js";
import { parsing } from "../format/parquet-errors.js";
import { chunkStreams } from "./chunk-streams.js";
import { type ColumnAssembler, createColumnAssembler } from "./column-assembler.js";
import { pagesOf } from "./decode-chunk.js";
import { directColumn, readDirectly } from "./direct/read-direct.js";
import type { HeldBytes } from "./held-bytes.js";
import { intoBatches } from "./into-batches.js";
import type { FileParts, OpenedFile } from "./opened-file.js";
import type { PagesOfPiece } from "./page-stream.js";
import { pagesAhead } from "./pages-ahead.js";
import { type ChunkPlan, type GroupPlan, narrowedPlan, planGroup, readIndexesAhead } from "./read-plan.js";
import { areAllRows, countRows, type RowRuns } from "./row-runs.js";

/** Wanted rows of one row group, with what has already been read of it. */
export interface WantedRows {
  readonly group: StoredRowGroup;
  readonly runs: RowRuns;
  readonly held: HeldBytes;
}

/** Row groups whose page indexes are read at once. */
const groupsAhead = 64;

/** Reads some columns of wanted rows as Arrow batches: one, unless it is very large. */
export async function readBatches(
  file: OpenedFile,
  parts: FileParts,
  columns: readonly ReadableColumn[],
  wanted: readonly WantedRows[],
): Promise<RecordBatch[]> {
  const plans: GroupPlan[] = [];
  const leaves = columns.flatMap((column) => column.leaves);
  for (let from = 0; from < wanted.length; from += groupsAhead) {
    const some = wanted.slice(from, from + groupsAhead);
    const cut = some.filter(({ group, runs }) => !areAllRows(runs, group.rows)).map(({ group }) => group);
    if (cut.length > 1) await readIndexesAhead(file, cut, leaves, ["offsetIndex"]);
    for (const { group, runs } of some) {
      if (isTimeToBreathe()) await breathe();
      plans.push(await planGroup(file, parts, group, columns, runs));
    }
  }
  const batches: RecordBatch[] = [];
  let at = 0;
  for (const batchPlans of intoBatches(plans, textBytes)) {
    const held = wanted.slice(at, at + batchPlans.length).map((rows) => rows.held);
    at += batchPlans.length;
    const rows = batchPlans.reduce((sum, { runs }) => sum + countRows(runs), 0);
    batches.push(batchOf(parts, columns, await readColumns(file, parts, columns, batchPlans, held), rows));
  }
  return batches;
}

/** Reads columns directly where all of their row groups are wanted and nothing of them is held, and the others the general way. */
async function readColumns(
  file: OpenedFile,
  parts: FileParts,
  columns: readonly ReadableColumn[],
  plans: readonly GroupPlan[],
  held: readonly HeldBytes[],
): Promise<Data[]> {
  const mayBeDirect = plans.every(({ group, runs }, i) => isReadWhole(file, { group, runs, held: held[i]! }));
  const direct = columns.map((column) => (mayBeDirect ? directColumn(column, plans) : undefined));
  const found: (Data | undefined)[] = columns.map(() => undefined);
  const readRest = async (places: readonly number[]): Promise<void> => {
    if (places.length === 0) return;
    const rest = plans.map((plan) => narrowedPlan(plan, places));
    const some = places.map((place) => columns[place]!);
    const data = await (mayBeDirect ? readWhole(file, parts, some, rest) : readGenerally(parts, some, rest, held));
    for (const [i, place] of places.entries()) found[place] = data[i];
  };
  const placesOf = (isWanted: (place: number) => boolean): number[] => [...columns.keys()].filter(isWanted);
  const directPlaces = placesOf((place) => direct[place] !== undefined);
  const [data] = await Promise.all([
    readDirectly(
      file,
      parts,
      directPlaces.map((place) => direct[place]!),
    ),
    readRest(placesOf((place) => direct[place] === undefined)),
  ]);
  for (const [i, place] of directPlaces.entries()) found[place] = data[i];
  await readRest(placesOf((place) => found[place] === undefined));
  return found as Data[];
}

/** Whether rows are read page by page into memory that stays or is used again: all of a row group, of which nothing is held. */
export function isReadWhole({ direct, scatters }: OpenedFile, { group, runs, held }: WantedRows): boolean {
  return direct && scatters && areAllRows(runs, group.rows) && held.byteLength === 0;
}

/** Reads and decodes whole row groups, of which nothing is held, page by page. */
async function readWhole(
  file: OpenedFile,
  parts: FileParts,
  columns: readonly ReadableColumn[],
  plans: readonly GroupPlan[],
): Promise<Data[]> {
  const rows = plans.reduce((sum, { group }) => sum + group.rows, 0);
  const assemblers = createAssemblers(parts, columns, plans, rows);
  const pagesOfChunk = chunkStreams(
    file,
    parts.reader,
    plans.flatMap((plan) => plan.columns.flat()),
  );
  let next = 0;
  for (const plan of plans)
    await decodeChunks(plan, assemblers, () => {
      const pages = pagesOfChunk(next++);
      return () => pages;
    });
  return finishColumns(assemblers);
}

/** Fetches and decodes row groups one after the other; while one is decoded the next is fetched. */
async function readGenerally(
  parts: FileParts,
  columns: readonly ReadableColumn[],
  plans: readonly GroupPlan[],
  held: readonly HeldBytes[],
): Promise<Data[]> {
  const fetchAt = (at: number): Promise<void> | undefined => {
    const fetched = plans[at] && held[at]!.fetch(plans[at].ranges);
    // An error elsewhere must not leave the fetch ahead without a listener.
    fetched?.catch(() => {});
    return fetched;
  };
  const rows = plans.reduce((sum, { runs }) => sum + countRows(runs), 0);
  const assemblers = createAssemblers(parts, columns, plans, rows);
  let next = fetchAt(0);
  for (const [at, plan] of plans.entries()) {
    await next;
    next = fetchAt(at + 1);
    await decodeGroup(plan, held[at]!, assemblers);
  }
  return finishColumns(assemblers);
}

/** Decodes some columns of rows of one row group, whose bytes have been fetched. */
export async function decodeRows(
  parts: FileParts,
  columns: readonly ReadableColumn[],
  plan: GroupPlan,
  held: HeldBytes,
): Promise<Data[]> {
  const assemblers = createAssemblers(parts, columns, [plan], countRows(plan.runs));
  await decodeGroup(plan, held, assemblers);
  return finishColumns(assemblers);
}

/** Columns as a batch. */
export function batchOf(
  { arrow, layout }: FileParts,
  columns: readonly ReadableColumn[],
  children: Data[],
  rows: number,
): RecordBatch {
  const fields = columns.map((column) => column.field);
  const data = arrow.makeData({ type: new arrow.Struct(fields), length: rows, nullCount: 0, children });
  return new arrow.RecordBatch(new arrow.Schema(fields, layout.metadata), data);
}

/** Batches as a table; there may be none. */
export function tableOf(
  { arrow, layout }: FileParts,
  columns: readonly ReadableColumn[],
  batches: RecordBatch[],
): Table {
  const schema = new arrow.Schema(
    columns.map((column) => column.field),
    layout.metadata,
  );
  return batches.length === 0 ? new arrow.Table(schema) : new arrow.Table(schema, batches);
}

function createAssemblers(
  { arrow, reader }: FileParts,
  columns: readonly ReadableColumn[],
  plans: readonly GroupPlan[],
  rows: number,
): ColumnAssembler[] {
  return parsing("its values", {}, () =>
    columns.map((column, i) => {
      const byteLengths = column.leaves.map((_, leaf) =>
        plans.reduce((sum, plan) => sum + valueBytes(plan.columns[i]![leaf]!, plan.runs, plan.group.rows), 0),
      );
      return createColumnAssembler({ arrow, reader, column, rows, byteLengths });
    }),
  );
}

/** About as many bytes as the wanted values take. */
function valueBytes({ chunk, pieces }: ChunkPlan, runs: RowRuns, rows: number): number {
  const { total_compressed_size: compressed, total_uncompressed_size: uncompressed } = chunk.metadata;
  const stored = pieces.reduce((sum, { start, end }) => sum + end - start, 0);
  const ratio = Math.min(Math.max(Number(uncompressed) / Math.max(1, Number(compressed)), 1), 4);
  // Of the rows in the pages that are read, as many are wanted; somewhat more, for some are longer.
  const share = countRows(runs) / Math.max(1, rows * Math.min(1, stored / Math.max(1, Number(compressed))));
  return Math.ceil(stored * ratio * Math.min(1, share * 1.25)) + 64;
}

/** Decodes rows of one row group, whose bytes have been fetched; for each of the plan's columns there is an assembler. */
export async function decodeGroup(
  plan: GroupPlan,
  held: HeldBytes,
  assemblers: readonly ColumnAssembler[],
): Promise<void> {
  await decodeChunks(plan, assemblers, (chunk) => (piece, reader) => {
    const bytes = held.bytesOf(chunk.pieces[piece]!);
    return pagesAhead(pagesOf(reader, chunk, bytes), chunk, plan.runs);
  });
}

/** Decodes rows of one row group from the pages of its chunks. */
async function decodeChunks(
  { columns, runs }: GroupPlan,
  assemblers: readonly ColumnAssembler[],
  pagesOfChunk: (chunk: ChunkPlan) => PagesOfPiece,
): Promise<void> {
  for (const [i, chunks] of columns.entries()) {
    for (const [leaf, chunk] of chunks.entries()) {
      if (isTimeToBreathe()) await breathe();
      const name = chunk.leaf.path[0]!;
      try {
        await assemblers[i]!.addChunk(leaf, chunk, pagesOfChunk(chunk), runs);
      } catch (error) {
        parsing(`column ${JSON.stringify(name)}`, { column: name }, () => {
          throw error;
        });
      }
    }
  }
}

/** The columns, once all of their rows are decoded. */
export async function finishColumns(assemblers: readonly ColumnAssembler[]): Promise<Data[]> {
  const columns: Data[] = [];
  for (const assembler of assemblers) {
    if (isTimeToBreathe()) await breathe();
    columns.push(parsing("its values", {}, () => assembler.finish()));
  }
  return columns;
}

function textBytes({ columns, runs, group }: GroupPlan): number[] {
  return columns
    .flat()
    .map((chunk) => (chunk.leaf.leaf.type === "BYTE_ARRAY" ? valueBytes(chunk, runs, group.rows) : 0));
}
