import type { Awaitable } from "@larder/core";
import type { Data } from "apache-arrow";
import { breathe, isTimeToBreathe } from "../../format/breathe.js";
import type { ReadableColumn, StoredChunk, StoredRowGroup } from "../../format/file-layout.js";
import { damagedParquet, parsing } from "../../format/parquet-errors.js";
import type { ByteRange } from "../byte-ranges.js";
import { damageAside } from "../damage-aside.js";
import { checkedDictionary, pageAt } from "../decode-chunk.js";
import type { PageContext } from "../decode-page.js";
import { mayHaveForm, type PageForm, pageFormOf } from "../direct/page-form.js";
import type { HeldBytes } from "../held-bytes.js";
import type { FileParts, OpenedFile } from "../opened-file.js";
import { pageParts } from "../page-parts.js";
import { locatePages, readIndexesAhead } from "../read-plan.js";
import { type GatherTarget, gatherTarget } from "./gather-target.js";
import { placeRows } from "./page-places.js";
import { type PickWay, pageSource } from "./page-source.js";
import { pageValidity } from "./page-validity.js";
import { type ReadMemory, readMemory } from "./read-memory.js";
import { headBytes, sparseValues } from "./sparse-page.js";
import { type PageRead, wantedPages } from "./wanted-pages.js";
import { type Workspace, workspace } from "./workspace.js";

/** Wanted rows of one row group: those from place `from` to place `to` of all wanted rows. */
export interface GroupRows {
  readonly group: StoredRowGroup;
  readonly from: number;
  readonly to: number;
  /** What has already been read of it. */
  readonly held?: HeldBytes;
  /** Reads all that is wanted of it at once, into what is held: for sources where every read takes its time. */
  readonly fetch?: (() => Promise<void>) | undefined;
}

/** Row groups whose page indexes are read at once. */
const groupsAhead = 64;
/** Reads under way while pages are picked from, where the source does not answer at once. */
const readsAhead = 2;

/** Told which way each page was picked from; for tests. */
export type OnPick = (column: string, way: PickWay) => void;

/**
 * Gathers rows of flat columns: pages with wanted rows are read into memory that is used again and again, and only what is
 * wanted of them is decoded, straight into the answer.
 *
 * @param columns each with a page index in every row group
 * @param rows wanted rows of the file, ascending and distinct
 * @throws LarderError `damaged-parquet`, `unsupported-parquet`; what the source throws
 */
export async function gatherRows(
  file: OpenedFile,
  parts: FileParts,
  columns: readonly ReadableColumn[],
  rows: Int32Array,
  groups: readonly GroupRows[],
  onPick?: OnPick,
): Promise<Data[]> {
  const { arrow } = parts;
  const space = parsing("its values", {}, () => workspace(rows.length));
  const gathered = columns.map((column): GatheredColumn => {
    const answer = { arrow, type: column.field.type, leaf: column.leaves[0]!.leaf, rows: rows.length, space };
    return { column, target: inColumn(column, () => gatherTarget(answer)) };
  });
  const reads = plannedReads(file, parts, gathered, rows, groups);
  const memories = Array.from({ length: readsAhead + 1 }, readMemory);
  const underWay: { job: ReadJob; bytes: Awaitable<Uint8Array>; memory: ReadMemory }[] = [];
  let isDone = false;
  /** What comes at once is not read ahead: it would drive what is at hand out of the processor's cache. */
  const mayRead = (): boolean => {
    if (isDone || underWay.length > readsAhead) return false;
    return underWay.length === 0 || underWay.at(-1)!.bytes instanceof Promise;
  };
  const readNext = async (): Promise<void> => {
    const { value: job } = await reads.next();
    isDone = !job;
    if (!job) return;
    const memory = memories.pop()!;
    const bytes = job.held?.find(job.read) ?? memory.read(file, firstRange(job), job.valuesAt);
    // An error elsewhere must not leave a read ahead without a listener.
    if (bytes instanceof Promise) bytes.catch(() => {});
    underWay.push({ job, bytes, memory });
  };
  try {
    for (;;) {
      while (mayRead()) await readNext();
      const next = underWay.shift();
      if (!next) break;
      const bytes = next.bytes instanceof Promise ? await next.bytes : next.bytes;
      const { job, memory } = next;
      if (!job.apart) await pickRead(job, bytes, rows, space, onPick);
      else if (!(await pickApart(file, job, job.apart.form, bytes, rows, space, onPick))) {
        await pickRead(job, await memory.read(file, job.read, job.valuesAt), rows, space, onPick);
      }
      memories.push(next.memory);
    }
  } finally {
    await Promise.allSettled(underWay.map(({ bytes }) => bytes));
  }
  return gathered.map(({ column, target }) => inColumn(column, () => target.finish()));
}

interface GatheredColumn {
  readonly column: ReadableColumn;
  readonly target: GatherTarget;
}

interface ReadJob {
  readonly gathered: GatheredColumn;
  readonly chunk: StoredChunk;
  readonly context: PageContext;
  readonly read: PageRead;
  readonly held: HeldBytes | undefined;
  /** Whether it is the first of its chunk. */
  readonly begins: boolean;
  /** How its one page is read in parts; absent where all is read at once. */
  readonly apart?: PageApart | undefined;
  /** Where values of a fixed width begin in its one page, if none is null. */
  readonly valuesAt?: number | undefined;
}

interface PageApart {
  readonly form: PageForm;
  /** How many bytes of it come first. */
  readonly headBytes: number;
}

function firstRange({ read: { start, end }, apart }: ReadJob): ByteRange {
  return { start, end: apart ? start + apart.headBytes : end };
}

async function* plannedReads(
  file: OpenedFile,
  parts: FileParts,
  columns: readonly GatheredColumn[],
  rows: Int32Array,
  groups: readonly GroupRows[],
): AsyncGenerator<ReadJob, undefined, undefined> {
  const leaves = columns.map(({ column }) => column.leaves[0]!);
  for (const [at, { group, from, to, held, fetch }] of groups.entries()) {
    if (at % groupsAhead === 0) {
      const some = groups.slice(at, at + groupsAhead).map((next) => next.group);
      await readIndexesAhead(file, some, leaves, ["offsetIndex"]);
    }
    const fetched = fetch?.();
    // The next row group is on its way while this one is gathered.
    groups[at + 1]?.fetch?.().catch(() => {});
    await fetched;
    const located = await locatePages(file, parts.reader, group, leaves);
    for (const [i, gathered] of columns.entries()) {
      const { leaf, chunkIndex, maxDefinition } = leaves[i]!;
      const chunk = group.chunks[chunkIndex]!;
      const pages = located[i];
      if (!pages) throw damagedParquet("it has no page index");
      const context = { reader: parts.reader, leaf, optional: maxDefinition > 0, codec: chunk.metadata.codec };
      const reads = wantedPages(chunk, group, pages, { rows, from, to }, file.gapBytes);
      const form = pageFormOf(gathered.column);
      const mayBeApart = form && mayHaveForm(form, chunk);
      for (const [n, read] of reads.entries()) {
        const job = { gathered, chunk, context, read, held, begins: n === 0 };
        const [page] = read.pages;
        const isAlone = mayBeApart && page && read.pages.length === 1 && !read.dictionary && !held?.find(read);
        if (!isAlone) {
          yield job;
          continue;
        }
        const valuesAt = form.kind === "fixed" ? read.end - read.start - page.rowCount * form.width : undefined;
        const bytes = headBytes(form, context.optional, page, file);
        yield { ...job, valuesAt, ...(bytes !== undefined && { apart: { form, headBytes: bytes } }) };
      }
    }
  }
}

/** Picks from a page of which only the head has been read; `false` where all of it has to be. */
async function pickApart(
  file: OpenedFile,
  { gathered: { column, target }, context, read, begins }: ReadJob,
  form: PageForm,
  head: Uint8Array,
  rows: Int32Array,
  space: Workspace,
  onPick: OnPick | undefined,
): Promise<boolean> {
  if (isTimeToBreathe()) await breathe();
  const page = read.pages[0]!;
  const found = await damageAside(() => sparseValues(file, { form, context, page, head }, rows, space));
  if (!found) return false;
  inColumn(column, () => {
    if (begins) target.beginChunk(undefined);
    target.take(found.source, page.from, page.to, found.nulls);
  });
  onPick?.(column.name, "apart");
  return true;
}

async function pickRead(
  { gathered, chunk, context, read, begins }: ReadJob,
  bytes: Uint8Array,
  rows: Int32Array,
  space: Workspace,
  onPick: OnPick | undefined,
): Promise<void> {
  const { column, target } = gathered;
  const { leaf, reader } = context;
  if (begins) {
    inColumn(column, () => {
      const { dictionary } = read;
      if (!dictionary) return target.beginChunk(undefined);
      const stored = bytes.subarray(dictionary.start - read.start, dictionary.end - read.start);
      const { header, body } = pageAt(reader, chunk, stored, 0);
      // Its bytes are looked at until the chunk ends, when the memory holds others.
      target.beginChunk(checkedDictionary(context, header, new Uint8Array(body)));
    });
  }
  for (const page of read.pages) {
    if (isTimeToBreathe()) await breathe();
    inColumn(column, () => {
      const stored = bytes.subarray(page.start - read.start, page.end - read.start);
      const { header, body, end } = pageAt(reader, chunk, stored, 0);
      if (end !== stored.byteLength) throw damagedParquet("a page is not as long as its index states");
      if (header.type === "DICTIONARY_PAGE") throw damagedParquet("a dictionary stands where its index has values");
      const parts = pageParts(header, body, context.codec, 0, context.optional ? 1 : 0);
      const validity = parts.definition && pageValidity(parts.definition, parts.entries);
      if (parts.entries !== page.rowCount) throw damagedParquet("a page does not hold the rows that its index states");
      const { present, nulls } = placeRows({ rows, ...page }, parts.entries, validity, space.places);
      if (parts.nullCount !== undefined && parts.nullCount !== parts.entries - present) {
        throw damagedParquet("the number of nulls in a page is not as stated");
      }
      const { source, way } = pageSource(leaf, parts, present, space);
      target.take(source, page.from, page.to, nulls);
      onPick?.(column.name, way);
    });
  }
}

function inColumn<Result>({ name }: ReadableColumn, step: () => Result): Result {
  return parsing(`column ${JSON.stringify(name)}`, { column: name }, step);
}
