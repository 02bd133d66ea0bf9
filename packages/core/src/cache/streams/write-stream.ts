import type { BlobRecord } from "../../blob-record.js";
import { bytesCodec } from "../../codecs/bytes-codec.js";
import { LarderError } from "../../errors.js";
import type { CacheParts } from "../cache-parts.js";
import { recordTemplate } from "../make-record.js";
import type { SetOptions } from "../set-options.js";
import { storeStream } from "./store-stream.js";

/** What to keep beside bytes that arrive as a stream. */
export type WriteStreamOptions = Omit<SetOptions, "codec" | "onEncoded">;

/** See `Cache.writeStream`. */
export async function writeStream(
  parts: CacheParts,
  key: string,
  source: AsyncIterable<Uint8Array>,
  options: WriteStreamOptions,
): Promise<BlobRecord> {
  const template = recordTemplate(options);
  const { flights, newer } = parts;
  if (typeof source?.[Symbol.asyncIterator] !== "function") {
    throw new LarderError(
      `What is to be stored under '${key}' is no stream: pass an AsyncIterable of Uint8Array, such as a Readable.`,
      {
        code: "invalid-stream",
        facts: { key },
      },
    );
  }
  const record = await storeStream(parts, key, { codec: bytesCodec.name, chunks: source }, template, {
    async beforeStored() {
      const refusal = await newer.refusal(key);
      if (refusal !== undefined) throw new LarderError(refusal, { code: "newer-format", facts: { key } });
      flights.supersede(key); // now it takes its place
    },
  });
  flights.supersede(key);
  return record;
}
