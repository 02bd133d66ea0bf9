import type { Data } from "apache-arrow";
import type { Arrow } from "../arrow/load-arrow.js";
import type { ReadableColumn } from "../format/file-layout.js";
import type { ParquetFileReader } from "../format/parquet-file-reader.js";
import { createColumnBuilder } from "./column-builder.js";
import { decodeChunk } from "./decode-chunk.js";
import { nestedAssembler } from "./nested/nested-assembler.js";
import type { PagesOfPiece } from "./page-stream.js";
import type { ChunkPlan } from "./read-plan.js";
import type { RowRuns } from "./row-runs.js";

/** Makes one Arrow chunk of a column, however many leaves it has, from what was read of the file. */
export interface ColumnAssembler {
  /**
   * Decodes the rows of one row group from the chunk of one leaf. Row groups come in order.
   *
   * @param leaf its place among the leaves of the column
   * @param pages the pages of the plan's pieces
   */
  addChunk(leaf: number, plan: ChunkPlan, pages: PagesOfPiece, runs: RowRuns): Promise<void> | void;
  /** The chunk; to be called once. */
  finish(): Data;
}

/** What an assembler makes. */
export interface AssemblerTarget {
  readonly arrow: Arrow;
  readonly reader: ParquetFileReader;
  readonly column: ReadableColumn;
  /** Rows of the chunk. */
  readonly rows: number;
  /** For each leaf, about as many bytes as its values take, uncompressed. */
  readonly byteLengths: readonly number[];
}

/** The assembler for a column. */
export function createColumnAssembler(target: AssemblerTarget): ColumnAssembler {
  if (target.column.shape.kind !== "leaf") return nestedAssembler(target);
  const { arrow, reader, column, rows, byteLengths } = target;
  const { leaf } = column.leaves[0]!;
  const builder = createColumnBuilder({ arrow, type: column.field.type, leaf, rows, byteLength: byteLengths[0]! });
  return {
    addChunk: (_leaf, plan, pages, runs) => decodeChunk(reader, plan, pages, runs, builder),
    finish: () => builder.finish(),
  };
}
