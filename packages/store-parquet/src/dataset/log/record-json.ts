import type { IdSet } from "../ids/id-set.js";
import { readIdSet } from "../ids/read-id-set.js";
import { writeIdSet } from "../ids/write-id-set.js";
import { narrowColumns } from "../narrow-columns.js";
import { narrowEpochs } from "../narrow-epochs.js";
import { narrowJson } from "../narrow-json.js";
import type { Epoch, PartRecord } from "../part-record.js";
import { isPartName } from "../parts/part-name.js";
import { damagedFile } from "./log-error.js";
import type { BinaryWriter, Span } from "./sealed-file.js";

/** Turns records into JSON whose sets and digests stand in a binary section. A set that several share is written once. */
export function recordWriter(binary: BinaryWriter): (record: PartRecord) => unknown {
  const spans = new Map<IdSet, Span>();
  const keysSpan = (keys: IdSet): Span => {
    const known = spans.get(keys);
    if (known !== undefined) return known;
    const span = binary.add(writeIdSet(keys));
    spans.set(keys, span);
    return span;
  };
  const epochJson = ({ keys, ...rest }: Epoch) => ({ ...rest, ...(keys && { keys: keysSpan(keys) }) });
  return ({ keys, chunkDigests, epochs, ...rest }) => ({
    ...rest,
    keys: keysSpan(keys),
    chunkDigests: binary.add(chunkDigests),
    epochs: epochs.map(epochJson),
  });
}

/**
 * Turns such JSON back into records, which keep nothing of the binary section. Sets that were one are one again.
 *
 * @param file - named in errors
 */
export function recordReader(binary: Uint8Array, file: string): (value: unknown) => PartRecord {
  const narrow = narrowJson((reason) => damagedFile(file, reason));
  const sets = new Map<number, IdSet>();
  const bytesOf = (value: unknown, what: string): Uint8Array => {
    const [start, length, ...more] = narrow.list(value, what).map((item) => narrow.count(item, what));
    const isInside = start !== undefined && length !== undefined && start + length <= binary.byteLength;
    if (!isInside || more.length > 0) throw damagedFile(file, `its ${what} stand outside of it`);
    return binary.subarray(start, start + length);
  };
  const keysOf = (value: unknown): IdSet => {
    const bytes = bytesOf(value, "keys");
    const known = sets.get(bytes.byteOffset);
    if (known !== undefined) return known;
    const keys = readIdSet(bytes);
    sets.set(bytes.byteOffset, keys);
    return keys;
  };
  return (value) => {
    const part = narrow.object(value, "part");
    const name = narrow.text(part.name, "part's name");
    const place = narrow.oneOf(["base", "recent"], part.place, "part's place");
    if (!isPartName(name) || !name.startsWith(`${place}/`)) {
      throw damagedFile(file, `it names the part ${JSON.stringify(name)}, which no part is called`);
    }
    return {
      name,
      place,
      keys: keysOf(part.keys),
      byteLength: narrow.count(part.byteLength, "part's length"),
      checksum: narrow.text(part.checksum, "part's checksum"),
      chunkDigests: new Uint8Array(bytesOf(part.chunkDigests, "digests")),
      columns: narrowColumns(part.columns, narrow),
      epochs: narrowEpochs(part.epochs, keysOf, narrow),
      replaces: narrow.texts(part.replaces, "replaced parts"),
    };
  };
}
