import type { StoredBlob } from "../backend.js";
import { verifyChecksum } from "../checksum/checksum.js";
import { loadXxhash } from "../checksum/xxhash.js";
import { totalBytes } from "../sources/scattered.js";

/**
 * A blob that is promoted once it was read whole, with the bytes that were read, or once half of it was read in parts: what
 * is only looked at, or read in a corner, is not moved.
 *
 * @param promote - takes verified bytes; `undefined`: they must be read again
 */
export function promotingBlob(stored: StoredBlob, promote: (bytes: Uint8Array | undefined) => void): StoredBlob {
  const { record, source } = stored;
  let readBytes = 0;
  let promoted = false;

  async function promoteWhole(bytes: Uint8Array): Promise<void> {
    if (stored.verified === true || verifyChecksum(bytes, record.checksum, await loadXxhash())) promote(bytes);
  }

  /** @returns whether this read is what the blob is promoted for */
  function isEnough(byteLength: number): boolean {
    if (promoted) return false;
    readBytes += byteLength;
    promoted = byteLength === record.byteLength || readBytes * 2 >= record.byteLength;
    return promoted;
  }

  function note(bytes: Uint8Array): Uint8Array {
    if (!isEnough(bytes.byteLength)) return bytes;
    if (bytes.byteLength === record.byteLength)
      void promoteWhole(new Uint8Array(bytes)).catch(() => undefined); // whoever reads it judges it too
    else promote(undefined);
    return bytes;
  }

  async function readInto(start: number, targets: readonly Uint8Array[]): Promise<void> {
    await source.readInto!(start, targets);
    // The memory that was read to is of whoever asked, who may write to it: these bytes are read again.
    if (isEnough(totalBytes(targets))) promote(undefined);
  }

  return {
    ...stored,
    ...(stored.takeBytes !== undefined && { takeBytes: () => note(stored.takeBytes!()) }),
    source: {
      byteLength: source.byteLength,
      ...(source.blockBytes !== undefined && { blockBytes: source.blockBytes }),
      slice(start, end) {
        const bytes = source.slice(start, end);
        return bytes instanceof Promise ? bytes.then(note) : note(bytes);
      },
      ...(source.readInto !== undefined && { readInto }),
    },
  };
}
