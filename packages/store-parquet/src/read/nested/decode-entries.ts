import { breathe, isTimeToBreathe } from "../../format/breathe.js";
import { damagedParquet } from "../../format/parquet-errors.js";
import type { PageHeader, ParquetFileReader } from "../../format/parquet-file-reader.js";
import { checkedDictionary } from "../decode-chunk.js";
import { type DecodeMemory, withDecodeMemory } from "../decode-memory.js";
import type { PageContext } from "../decode-page.js";
import { decodeValues, type PlainValues } from "../decode-values.js";
import { type PageParts, pageParts, type StoredLevels, unpackLevels } from "../page-parts.js";
import type { PagesOfPiece } from "../page-stream.js";
import { plainHere } from "../pages-ahead.js";
import type { ChunkPlan } from "../read-plan.js";
import { countRows, type RowRuns } from "../row-runs.js";
import type { EntrySink } from "./entry-range.js";
import type { LeafLevels } from "./leaf-levels.js";

/** Takes what is decoded of a chunk. */
export interface ChunkSink extends EntrySink {
  /** Called once, before the first entries. */
  begin(dictionary: PlainValues | undefined): void;
}

/**
 * Decodes the wanted rows of a chunk of a nested column. The event loop gets its turn between pages.
 *
 * @param pagesOfPiece the pages of the plan's pieces
 * @throws LarderError `damaged-parquet` when levels, pages and footer contradict each other
 */
export async function decodeEntries(
  reader: ParquetFileReader,
  plan: ChunkPlan,
  pagesOfPiece: PagesOfPiece,
  runs: RowRuns,
  levels: LeafLevels,
  sink: ChunkSink,
): Promise<void> {
  await withDecodeMemory((memory) => decodePages(reader, plan, pagesOfPiece, runs, levels, sink, memory));
}

async function decodePages(
  reader: ParquetFileReader,
  plan: ChunkPlan,
  pagesOfPiece: PagesOfPiece,
  runs: RowRuns,
  levels: LeafLevels,
  sink: ChunkSink,
  memory: DecodeMemory,
): Promise<void> {
  const { leaf, chunk } = plan;
  const context: PageContext = { reader, leaf: leaf.leaf, optional: false, codec: chunk.metadata.codec };
  const most = Number(chunk.metadata.num_values);
  const rows = rowPicker(runs, chunk.rows, levels);
  let dictionary: PlainValues | undefined;
  let begun = false;
  let entries = 0;
  for (const [i, { firstRow }] of plan.pieces.entries()) {
    rows.startAt(firstRow);
    const pages = pagesOfPiece(i, reader);
    for (let next = await pages.next(); next; next = await pages.next()) {
      if (rows.areDone()) return;
      if (isTimeToBreathe()) await breathe();
      const { header, body } = next;
      const plain = next.plain && (await next.plain);
      if (header.type === "DICTIONARY_PAGE") {
        dictionary = checkedDictionary(context, header, body, plain);
        continue;
      }
      if (!isDataPage(header)) continue;
      const page = pageParts(
        header,
        body,
        context.codec,
        levels.maxRepetition,
        levels.maxDefinition,
        plain ?? plainHere(next, context.codec, memory),
      );
      entries += page.entries;
      if (entries > most) throw damagedParquet("its pages hold more entries than it states");
      const repetition = levelBytes(page.repetition, page.entries);
      const definition = levelBytes(page.definition, page.entries);
      const picked = rows.pick(repetition, definition);
      checkRows(page, picked.rowsBegun);
      if (picked.ranges.length === 0) continue;
      if (!begun) sink.begin(dictionary);
      begun = true;
      const present = countValues(definition, 0, page.entries, levels.maxDefinition);
      const values = decodeValues(leaf.leaf, page.encoding, page.values, present, memory);
      let first = 0;
      let counted = 0;
      for (const [from, to] of picked.ranges) {
        first += countValues(definition, counted, from, levels.maxDefinition);
        counted = from;
        sink.add({ repetition, definition, from, to }, values, first);
      }
    }
  }
  rows.finish();
}

/** How many entries hold a value. */
export function countValues(definition: Uint8Array, from: number, to: number, maxDefinition: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (definition[i] === maxDefinition) count++;
  return count;
}

function isDataPage(header: PageHeader): boolean {
  return header.data_page_header !== undefined || header.data_page_header_v2 !== undefined;
}

function levelBytes(stored: StoredLevels | undefined, entries: number): Uint8Array {
  return stored ? new Uint8Array(unpackLevels(stored, entries)) : new Uint8Array(entries);
}

/** Pages of version 2 state their rows, and none begins within a row. */
function checkRows({ rows, entries }: PageParts, begun: number): void {
  if (rows !== undefined && entries > 0 && rows !== begun)
    throw damagedParquet("a page holds other rows than it states");
}

type Ranges = readonly (readonly [from: number, to: number])[];

interface RowPicker {
  /** A piece begins, with this row. */
  startAt(row: number): void;
  /** The entries of wanted rows among those of the next page, and how many rows begin in it. */
  pick(repetition: Uint8Array, definition: Uint8Array): { readonly ranges: Ranges; readonly rowsBegun: number };
  /** Whether nothing that follows matters. */
  areDone(): boolean;
  finish(): void;
}

/** Counts rows by their repetition level 0, and looks for contradictions between levels. */
function rowPicker(runs: RowRuns, rowsInGroup: number, { elementDefinition }: LeafLevels): RowPicker {
  let run = 0;
  let row = -1;
  let wanted = false;
  let rowsWanted = 0;
  /** The definition level of the entry before; -1 where only a new row may follow. */
  let previous = -1;
  // Once the last row of the group has begun, only the rest of it may follow: that is looked at, too.
  const toEnd = runs.length > 0 && runs[runs.length - 1] === rowsInGroup;
  return {
    startAt(firstRow) {
      row = firstRow - 1;
      wanted = false;
      previous = -1;
    },
    pick(repetition, definition) {
      const ranges: [number, number][] = [];
      let from = wanted ? 0 : -1;
      const rowBefore = row;
      for (let i = 0; i < repetition.length; i++) {
        const level = repetition[i]!;
        if (level > 0) {
          const least = elementDefinition[level]!;
          if (definition[i]! < least || previous < least) throw damagedParquet("its levels contradict each other");
        } else {
          row++;
          while (run < runs.length && row >= runs[run + 1]!) run += 2;
          const now = run < runs.length && row >= runs[run]!;
          if (now) rowsWanted++;
          if (now !== wanted) {
            if (now) from = i;
            else ranges.push([from, i]);
            wanted = now;
          }
        }
        previous = definition[i]!;
      }
      if (wanted && from < repetition.length) ranges.push([from, repetition.length]);
      if (row >= rowsInGroup) throw damagedParquet("its pages hold too many rows");
      return { ranges, rowsBegun: row - rowBefore };
    },
    areDone: () => run >= runs.length && !toEnd,
    finish() {
      if (rowsWanted !== countRows(runs)) throw damagedParquet("its pages hold too few rows");
    },
  };
}
