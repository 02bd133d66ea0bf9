import type { BlobOfBytes } from "../backend.js";
import type { BlobRecord } from "../blob-record.js";
import type { RecordOfStream } from "../capabilities/index.js";
import { checksumOf } from "../checksum/checksum.js";
import type { Xxhash } from "../checksum/xxhash.js";
import { CacheFullError } from "../eviction/cache-full-error.js";
import { frozenCopy } from "./frozen-copy.js";

/**
 * What arrives, as one blob with its complete record, both of which are nobody else's.
 *
 * @param template - gives the record without length and checksum, once all has arrived
 * @throws CacheFullError as soon as it is more than `limitBytes`
 * @throws what `chunks` throws
 */
export async function collectStream(
  chunks: AsyncIterable<Uint8Array>,
  template: () => RecordOfStream,
  limitBytes: number,
  xxhash: Xxhash,
): Promise<BlobOfBytes> {
  const parts: Uint8Array[] = [];
  let byteLength = 0;
  for await (const chunk of chunks) {
    byteLength += chunk.byteLength;
    if (byteLength > limitBytes) {
      throw new CacheFullError({ neededBytes: byteLength, sizeBytes: 0, limitBytes, where: "MemoryCache" });
    }
    // The sender may use its buffer again for the next one.
    parts.push(new Uint8Array(chunk));
  }
  const bytes = new Uint8Array(byteLength);
  let start = 0;
  for (const part of parts) {
    bytes.set(part, start);
    start += part.byteLength;
  }
  const record = Object.freeze({ ...frozenCopy(template()), byteLength, checksum: checksumOf(bytes, xxhash) });
  return { record: record as unknown as BlobRecord, bytes };
}
