import type { EncodedStream } from "@larder/core";
import type { Table } from "apache-arrow";
import { encodeParquet } from "../write/encode-parquet.js";
import { type EncodeParquetOptions, optionsForTable } from "../write/write-options.js";
import { encodeTableStream } from "./encode-table-stream.js";
import { refusal } from "./refusals.js";
import { isTableStream, type TableStream } from "./table-stream.js";

const limited = Symbol("larder.limitedTable");

/** A table that must not take more than so many bytes as a file; only `CacheManager` makes them. */
export interface LimitedTable {
  readonly [limited]: true;
  readonly table: Table | TableStream;
  readonly maxBytes: number;
}

/** The table with a limit to the size of its file, for `parquetCodec` to keep. */
export function limitTable(table: Table | TableStream, maxBytes: number): LimitedTable {
  return Object.assign(Object.create(null) as LimitedTable, { [limited]: true, table, maxBytes });
}

export function isLimitedTable(value: unknown): value is LimitedTable {
  return typeof value === "object" && value !== null && limited in value;
}

/**
 * The file of a limited table as it is made. Of a stream no more is made than the limit allows, and what would pass it.
 *
 * @throws by its chunks: LarderError `too-many-bytes`, and what encoding throws
 */
export function encodeLimitedTable({ table, maxBytes }: LimitedTable, options: EncodeParquetOptions): EncodedStream {
  const { chunks, details } = isTableStream(table) ? encodeTableStream(table, options) : wholeTable(table, options);
  return { chunks: upTo(maxBytes, chunks), ...(details !== undefined && { details }) };
}

function wholeTable(table: Table, options: EncodeParquetOptions): EncodedStream {
  const details = { rows: table.numRows, columns: table.schema.fields.length };
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield (await encodeParquet(table, optionsForTable(options, table.schema.fields))).bytes;
  }
  return { chunks: chunks(), details: () => details };
}

async function* upTo(maxBytes: number, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      throw refusal(
        "too-many-bytes",
        `The table takes more than the ${maxBytes} bytes that are allowed. Raise maxBytes, or store less of it.`,
        { maxBytes, bytesSoFar: bytes },
      );
    }
    yield chunk;
  }
}
