import { Readable } from "node:stream";
import type { BlobSource } from "../../blob-source.js";
import { chunkBytes } from "../../checksum/chunk-digests.js";
import { bytesCodec } from "../../codecs/bytes-codec.js";
import { LarderError } from "../../errors.js";
import type { CacheParts } from "../cache-parts.js";
import { type FoundBlob, openChecked, release } from "../entry-reader.js";

/** Read at once: whole chunks, for each is checked against its digest. */
const pieceBytes = 4 * chunkBytes;

/** See `Cache.readStream`. */
export async function readStream(parts: CacheParts, key: string): Promise<Readable | undefined> {
  const { reader, onEvent } = parts;
  const found = await reader.find(key);
  if (typeof found === "string") {
    onEvent?.({ type: "miss", key, reason: found });
    return undefined;
  }
  const { record } = found.stored;
  if (record.codec !== bytesCodec.name) {
    await release(found.stored);
    throw new LarderError(
      `The value under '${key}' can't be read as a stream of bytes: it was stored by the codec '${record.codec}'. Read it with get() or entry().`,
      { code: "not-bytes", facts: { key, codec: record.codec } },
    );
  }
  onEvent?.({ type: "hit", key, record });
  return streamOf(parts, found);
}

function streamOf({ onEvent }: CacheParts, found: FoundBlob): Readable {
  const { key, stored } = found;
  const { byteLength } = stored.record;
  let checked: BlobSource | undefined;
  let at = 0;

  async function next(): Promise<Uint8Array | null> {
    if (at === byteLength && at > 0) return null;
    checked ??= await openChecked(found);
    const end = Math.min(at + pieceBytes, byteLength);
    // A copy: the source may keep its bytes for the next reader.
    const piece = new Uint8Array(await checked.slice(at, end));
    at = end;
    return piece.byteLength === 0 ? null : piece;
  }

  return new Readable({
    highWaterMark: pieceBytes,
    read() {
      next().then(
        (piece) => this.push(piece),
        (error: Error) => {
          const code = LarderError.isInstance(error, "damaged-blob") ? "damaged-blob" : "backend-failed";
          const message = `The stream of '${key}' was broken off: ${error.message}`;
          onEvent?.({ type: "warning", code, key, message, cause: error });
          this.destroy(error);
        },
      );
    },
    destroy(error, done) {
      release(stored).then(() => done(error));
    },
  });
}
