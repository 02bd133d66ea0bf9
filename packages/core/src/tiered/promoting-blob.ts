import type { StoredBlob } from "../backend.js";
import { verifyChecksum } from "../checksum/checksum.js";
import { loadXxhash } from "../checksum/xxhash.js";

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

  function note(bytes: Uint8Array): Uint8Array {
    if (promoted) return bytes;
    readBytes += bytes.byteLength;
    const whole = bytes.byteLength === record.byteLength;
    promoted = whole || readBytes * 2 >= record.byteLength;
    if (whole)
      void promoteWhole(new Uint8Array(bytes)).catch(() => undefined); // whoever reads it judges it too
    else if (promoted) promote(undefined);
    return bytes;
  }

  return {
    ...stored,
    ...(stored.takeBytes !== undefined && { takeBytes: () => note(stored.takeBytes!()) }),
    source: {
      byteLength: source.byteLength,
      slice(start, end) {
        const bytes = source.slice(start, end);
        return bytes instanceof Promise ? bytes.then(note) : note(bytes);
      },
    },
  };
}
