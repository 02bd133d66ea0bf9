import type { Data } from "apache-arrow";
import { ArrowTypeId } from "../../arrow/arrow-like.js";
import { breathe, isTimeToBreathe } from "../../format/breathe.js";
import type { ReadableColumn, StoredChunk, StoredRowGroup } from "../../format/file-layout.js";
import { damagedParquet, parsing } from "../../format/parquet-errors.js";
import { type ColumnBuilder, createColumnBuilder } from "../../read/column-builder.js";
import { checkedDictionary, pageAt } from "../../read/decode-chunk.js";
import type { PageContext } from "../../read/decode-page.js";
import type { FileParts } from "../../read/opened-file.js";
import { locatePages, readIndexesAhead } from "../../read/read-plan.js";
import type { OpenPart, ReadMemory } from "./open-part.js";
import { type PickWay, pickedPage } from "./picked-page.js";
import { type PageRead, wantedPages } from "./wanted-pages.js";

/** Wanted rows of one row group: those from place `from` to place `to` of all wanted rows. */
export interface GroupRows {
  readonly group: StoredRowGroup;
  readonly from: number;
  readonly to: number;
}

/** Row groups whose page indexes are read at once. */
const groupsAhead = 64;
/** Reads under way while pages are picked from. */
const readsAhead = 2;

/** Told which way each page was picked; for tests. */
export type OnPick = (column: string, way: PickWay) => void;

/**
 * Gathers rows of flat columns: pages with wanted rows are read into memory that is used again and again, and only what is
 * wanted of them is decoded.
 *
 * @param rows wanted rows of the file, ascending and distinct
 */
export async function gatherRows(
  part: OpenPart,
  parts: FileParts,
  columns: readonly ReadableColumn[],
  rows: Int32Array,
  groups: readonly GroupRows[],
  onPick?: OnPick,
): Promise<Data[]> {
  const gathered = columns.map((column) => gatheredColumn(parts, column, rows.length));
  const reads = plannedReads(part, parts, gathered, rows, groups);
  const memories: ReadMemory[] = Array.from({ length: readsAhead + 1 }, () => ({ bytes: new Uint8Array(0) }));
  const underWay: { job: ReadJob; bytes: Promise<Uint8Array>; memory: ReadMemory }[] = [];
  const readNext = async (): Promise<void> => {
    const { value: job } = await reads.next();
    if (!job) return;
    const memory = memories.pop()!;
    const bytes = part.read(job.read.start, job.read.end, memory);
    // An error elsewhere must not leave a read ahead without a listener.
    bytes.catch(() => {});
    underWay.push({ job, bytes, memory });
  };
  try {
    for (let i = 0; i <= readsAhead; i++) await readNext();
    for (let next = underWay.shift(); next; next = underWay.shift()) {
      const bytes = await next.bytes;
      await pickRead(next.job, bytes, rows, onPick);
      memories.push(next.memory);
      await readNext();
    }
  } finally {
    await Promise.allSettled(underWay.map(({ bytes }) => bytes));
  }
  return gathered.map(({ column, builder }) => inColumn(column, () => builder.finish()));
}

interface GatheredColumn {
  readonly column: ReadableColumn;
  readonly builder: ColumnBuilder;
  /** Its builder keeps views of what it is given. */
  readonly keepsViews: boolean;
}

function gatheredColumn({ arrow }: FileParts, column: ReadableColumn, rows: number): GatheredColumn {
  const { type } = column.field;
  const { leaf } = column.leaves[0]!;
  const builder = inColumn(column, () => createColumnBuilder({ arrow, type, leaf, rows, byteLength: rows * 16 + 64 }));
  return { column, builder, keepsViews: type.typeId === ArrowTypeId.Dictionary };
}

interface ReadJob {
  readonly gathered: GatheredColumn;
  readonly chunk: StoredChunk;
  readonly context: PageContext;
  readonly read: PageRead;
  /** Whether it is the first of its chunk. */
  readonly begins: boolean;
}

async function* plannedReads(
  part: OpenPart,
  parts: FileParts,
  columns: readonly GatheredColumn[],
  rows: Int32Array,
  groups: readonly GroupRows[],
): AsyncGenerator<ReadJob, undefined, undefined> {
  const leaves = columns.map(({ column }) => column.leaves[0]!);
  for (const [at, { group, from, to }] of groups.entries()) {
    if (at % groupsAhead === 0) {
      const some = groups.slice(at, at + groupsAhead).map((next) => next.group);
      await readIndexesAhead(part.file, some, leaves, ["offsetIndex"]);
    }
    const located = await locatePages(part.file, parts.reader, group, leaves);
    for (const [i, gathered] of columns.entries()) {
      const { leaf, chunkIndex, maxDefinition } = leaves[i]!;
      const chunk = group.chunks[chunkIndex]!;
      const pages = located[i];
      if (!pages) throw damagedParquet("it has no page index");
      const context = { reader: parts.reader, leaf, optional: maxDefinition > 0, codec: chunk.metadata.codec };
      const reads = wantedPages(chunk, group, pages, rows, from, to);
      for (const [n, read] of reads.entries()) yield { gathered, chunk, context, read, begins: n === 0 };
    }
  }
}

async function pickRead(
  { gathered, chunk, context, read, begins }: ReadJob,
  bytes: Uint8Array,
  rows: Int32Array,
  onPick: OnPick | undefined,
): Promise<void> {
  const { column, builder, keepsViews } = gathered;
  const pageIn = (start: number, end: number, isKept: boolean) => {
    const { header, body } = pageAt(context.reader, chunk, bytes.subarray(start - read.start, end - read.start), 0);
    return { header, body: isKept ? new Uint8Array(body) : body };
  };
  if (begins) {
    inColumn(column, () => {
      const { dictionary } = read;
      // Some builders look at its bytes until the chunk ends, when the memory holds others.
      const page = dictionary && pageIn(dictionary.start, dictionary.end, true);
      builder.beginChunk(page && checkedDictionary(context, page.header, page.body));
    });
  }
  for (const { start, end, firstRow, from, to } of read.pages) {
    if (isTimeToBreathe()) await breathe();
    inColumn(column, () => {
      const { header, body } = pageIn(start, end, keepsViews);
      const { page, values, way } = pickedPage(context, header, body, { rows, from, to, firstRow });
      builder.append(page, 0, page.rows, 0, values);
      onPick?.(column.name, way);
    });
  }
}

function inColumn<Result>({ name }: ReadableColumn, step: () => Result): Result {
  return parsing(`column ${JSON.stringify(name)}`, { column: name }, step);
}
