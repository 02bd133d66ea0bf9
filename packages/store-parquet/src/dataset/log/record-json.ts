import type { IdSet } from "../ids/id-set.js";
import { readIdSet } from "../ids/read-id-set.js";
import { writeIdSet } from "../ids/write-id-set.js";
import type { Epoch, PartColumn, PartRecord } from "../part-record.js";
import { isPartName } from "../parts/part-name.js";
import { damagedFile } from "./log-error.js";
import { type JsonNarrower, narrowJson } from "./narrow-json.js";
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
  const narrow = narrowJson(file);
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
      columns: columnsOf(part.columns, narrow),
      epochs: narrow.list(part.epochs, "epochs").map((epoch) => epochOf(epoch, keysOf, narrow)),
      replaces: narrow.texts(part.replaces, "replaced parts"),
    };
  };
}

/** Narrows a list of columns. */
export function columnsOf(value: unknown, narrow: JsonNarrower): PartColumn[] {
  return narrow.list(value, "columns").map((item) => {
    const { name, type, fitsDouble, metadata } = narrow.object(item, "column");
    return {
      name: narrow.text(name, "column's name"),
      type: narrow.text(type, "column's type"),
      ...(fitsDouble !== undefined && { fitsDouble: fitsDouble === true }),
      ...(metadata !== undefined && { metadata: textsByName(metadata, narrow) }),
    };
  });
}

function textsByName(value: unknown, narrow: JsonNarrower): Readonly<Record<string, string>> {
  const entries = Object.entries(narrow.object(value, "metadata"));
  return Object.fromEntries(entries.map(([name, text]) => [name, narrow.text(text, "metadata")]));
}

function epochOf(value: unknown, keysOf: (value: unknown) => IdSet, narrow: JsonNarrower): Epoch {
  const epoch = narrow.object(value, "epoch");
  const kind = narrow.oneOf(["rows", "absent", "invalid"], epoch.kind, "epoch's kind");
  const sequence = narrow.count(epoch.sequence, "epoch's sequence");
  if (kind === "invalid") {
    const at = narrow.number(epoch.at, "epoch's time");
    return { kind, sequence, at, ...(epoch.keys !== undefined && { keys: keysOf(epoch.keys) }) };
  }
  const fetched = {
    sequence,
    keys: keysOf(epoch.keys),
    fetchedAt: narrow.number(epoch.fetchedAt, "epoch's time"),
    ...(epoch.version !== undefined && { version: narrow.text(epoch.version, "epoch's version") }),
  };
  if (kind === "rows") return { kind, ...fetched, columns: narrow.texts(epoch.columns, "epoch's columns") };
  return { kind, ...fetched, ...(epoch.texts !== undefined && { texts: narrow.texts(epoch.texts, "epoch's texts") }) };
}
