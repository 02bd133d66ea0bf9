import type { EncodedStream, EncodedValue } from "@larder/core";

import { type EncodeParquetOptions, optionsForTable } from "../write/write-options.js";
import { writeParquet } from "../write/write-parquet.js";
import type { TableStream } from "./table-stream.js";

/**
 * A table stream as the bytes of one Parquet file, as they are made.
 *
 * @throws by its chunks: what the stream and `writeParquet` throw
 */
export function encodeTableStream(stream: TableStream, options: EncodeParquetOptions): EncodedStream {
  const { schema, signal } = stream;
  const { chunks, details } = writeParquet(
    { schema, batches: stream.batches() },
    { ...optionsForTable(options, schema.fields), signal },
  );
  return { chunks: untilAborted(chunks, signal), details };
}

/** The same in memory, for whoever takes no stream. */
export async function collectTableStream(stream: TableStream, options: EncodeParquetOptions): Promise<EncodedValue> {
  const { chunks, details } = encodeTableStream(stream, options);
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(new Uint8Array(chunk));
  return { bytes: new Uint8Array(Buffer.concat(parts)), details: details!()! };
}

/** Throws at the end too: aborted while its last bytes were written, it is not wanted any more. */
async function* untilAborted(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  yield* chunks;
  signal?.throwIfAborted();
}
