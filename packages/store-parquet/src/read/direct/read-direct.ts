import type { Data } from "apache-arrow";
import { checkAllocation } from "../../format/allocation-limit.js";
import { breathe, isTimeToBreathe } from "../../format/breathe.js";
import type { ReadableColumn } from "../../format/file-layout.js";
import { type BuilderTarget, createColumnBuilder } from "../column-builder.js";
import { damageAside } from "../damage-aside.js";
import type { PlainValues } from "../decode-values.js";
import { limitConcurrency } from "../limit-concurrency.js";
import type { FileParts, OpenedFile } from "../opened-file.js";
import type { GroupPlan } from "../read-plan.js";
import { bytesSink } from "./bytes-sink.js";
import { checkPage } from "./check-page.js";
import { type ChunkFacts, chunkFacts, readPageIndexes } from "./chunk-facts.js";
import { fixedSink } from "./fixed-sink.js";
import { indicesSink } from "./indices-sink.js";
import { mayHaveForm, type PageForm, pageFormOf } from "./page-form.js";
import { decodedSink, type PageSink } from "./page-sink.js";
import { type PredictedPage, predictPages } from "./predict-pages.js";
import { type ScatteredPage, type ScatteredRead, scatterPages } from "./scatter.js";

/** A column whose chunks may all be read directly, and how. */
export interface DirectColumn {
  readonly column: ReadableColumn;
  readonly form: PageForm;
  /** One for each row group, in order. */
  readonly plans: readonly GroupPlan[];
}

/** The column where the footer leaves it possible that it can be read directly from all of the row groups, of which all rows are wanted. */
export function directColumn(column: ReadableColumn, plans: readonly GroupPlan[]): DirectColumn | undefined {
  const form = pageFormOf(column);
  const { chunkIndex } = column.leaves[0]!;
  const may = form && plans.every(({ group }) => group.rows > 0 && mayHaveForm(form, group.chunks[chunkIndex]!));
  return may ? { column, form, plans } : undefined;
}

/** Reads under way at one time: as many as libuv has threads that copy. */
const mostReads = 4;

/**
 * Reads whole columns of row groups into Arrow chunks, pages straight into the buffers that stay. Where pages turn out to
 * be other than predicted, the column is `undefined`, and the general way has to be taken: nothing is believed that the pages
 * themselves do not say.
 *
 * @throws what the source throws, and LarderError `foreign-limit`
 */
export async function readDirectly(
  file: OpenedFile,
  parts: FileParts,
  columns: readonly DirectColumn[],
): Promise<(Data | undefined)[]> {
  await readPageIndexes(file, columns);
  let failed = false;
  const limited = limitConcurrency(mostReads, async ({ start, targets }: ScatteredRead) => {
    // Some sources copy at once, and would go on until all is copied.
    if (isTimeToBreathe()) await breathe();
    if (!failed) await file.readInto(start, targets);
  });
  const reads: Promise<void>[] = [];
  const read = (asked: ScatteredRead): Promise<void> => {
    const done = limited(asked);
    // An error elsewhere must not leave it without a listener.
    done.catch(() => {});
    reads.push(done);
    return done;
  };
  const found: (Data | undefined)[] = columns.map(() => undefined);
  const finished: Promise<void>[] = [];
  // Those with the most work left after the read come first: it is done while the others are read.
  const order = columns.map((_, i) => i).sort((left, right) => workOf(columns[right]!) - workOf(columns[left]!));
  try {
    for (const i of order) {
      // Memory is taken when it is soon to be filled: taking all of it at once would keep everything waiting.
      await reads.at(-2 * mostReads);
      const finish = await beginColumn(file, parts, columns[i]!, read);
      const done = finish?.().then((data) => {
        found[i] = data;
      });
      done?.catch(() => {});
      if (done) finished.push(done);
    }
    await Promise.all(finished);
  } catch (error) {
    failed = true;
    throw error;
  }
  return found;
}

function workOf({ column, form }: DirectColumn): number {
  const work = { bytes: 4, decoded: 2, indices: 1, fixed: 0 }[form.kind];
  return work + (column.leaves[0]!.maxDefinition > 0 ? 1 : 0);
}

/** Asks for the pages of a column, and gives what finishes it; `undefined` when it can't be read directly. */
async function beginColumn(
  file: OpenedFile,
  parts: FileParts,
  { column, form, plans }: DirectColumn,
  read: (read: ScatteredRead) => Promise<void>,
): Promise<(() => Promise<Data | undefined>) | undefined> {
  const facts = await damageAside(() => chunkFacts(file, parts, column, form, plans));
  const laidOut = facts && (await damageAside(() => layOut(parts, column, form, facts)));
  if (!laidOut) return undefined;
  const { pages, sink } = laidOut;
  const scattered = scatterPages(pages, sink.values, sink.placeOf);
  const optional = column.leaves[0]!.maxDefinition > 0;
  const isRead = Promise.all(scattered.reads.map(read));
  return async () => {
    await isRead;
    return damageAside(() => takePages(scattered.pages, facts, sink, optional));
  };
}

/** Takes the pages of a column, in order; `undefined` when one is not as predicted. The event loop gets its turn between pages. */
async function takePages(
  pages: readonly ScatteredPage[],
  facts: readonly ChunkFacts[],
  sink: PageSink,
  optional: boolean,
): Promise<Data | undefined> {
  let chunk = -1;
  for (const page of pages) {
    if (isTimeToBreathe()) await breathe();
    if (page.chunk !== chunk) {
      chunk = page.chunk;
      sink.beginChunk(facts[chunk]!.dictionary);
    }
    const checked = checkPage(page, optional, sink.values);
    if (!checked || !sink.take(page, checked)) return undefined;
  }
  return sink.finish();
}

function layOut(
  { arrow }: FileParts,
  column: ReadableColumn,
  form: PageForm,
  facts: readonly ChunkFacts[],
): { pages: PredictedPage[]; sink: PageSink } | undefined {
  const { leaf } = column.leaves[0]!;
  const rows = facts.reduce((sum, { chunk }) => sum + chunk.rows, 0);
  const held = form.kind === "indices" ? indexForm(form, facts) : form;
  const pages: PredictedPage[] = [];
  let firstRow = 0;
  for (const [i, fact] of facts.entries()) {
    const more = predictPages(held, fact, i, firstRow);
    if (!more) return undefined;
    pages.push(...more);
    firstRow += fact.chunk.rows;
  }
  const byteLength = pages.reduce((sum, { valueBytes }) => sum + valueBytes, 0);
  const target: BuilderTarget = { arrow, type: column.field.type, leaf, rows, byteLength };
  // Its buffers are no larger than those of the general way, and refused as those are.
  switch (held.kind) {
    case "decoded": {
      const stored = pages.reduce((sum, page) => sum + page.byteLength, 0);
      return { pages, sink: decodedSink(leaf, createColumnBuilder({ ...target, byteLength: stored })) };
    }
    case "fixed":
      checkAllocation(rows * held.width, "the values of a column");
      return { pages, sink: fixedSink(target, held.width) };
    case "indices":
      checkAllocation(rows * held.width, "the values of a column");
      return { pages, sink: indicesSink(target, held.width) };
    case "bytes":
      checkAllocation(rows * (held.large ? 12 : 4) + byteLength, "the values of a column");
      return byteLength < 2 ** 31 ? { pages, sink: bytesSink(target, byteLength, held.large) } : undefined;
  }
}

/** Indices that are not stored as wide as the column has them are decoded. */
function indexForm(form: Extract<PageForm, { kind: "indices" }>, facts: readonly ChunkFacts[]): PageForm {
  const isAlike = facts.every(({ dictionary }) => storedWidth(dictionary) === form.width);
  return isAlike ? form : { kind: "decoded" };
}

/** The fewest whole bytes that an index takes. */
function storedWidth(dictionary: PlainValues | undefined): number {
  const count = dictionary?.count ?? 0;
  return count <= 0x100 ? 1 : count <= 0x10000 ? 2 : 4;
}
