import { bloomMayContain, loadBloomHash } from "../format/bloom-filter.js";
import type { ReadableColumn, StoredRowGroup } from "../format/file-layout.js";
import type { ByteRange } from "../read/byte-ranges.js";
import type { FileParts, OpenedFile } from "../read/opened-file.js";
import type { Bounds } from "./stored-bounds.js";
import { bloomInputs } from "./stored-bounds.js";
import { type Endpoint, pointsWithin, type ValueSet } from "./value-set.js";

/** More values than this are not looked up: one of them is there by chance. */
const mostPoints = 1024;
/** Longer than any header. */
const headerBytes = 64;
/** Larger ones cost more to read than they save. */
const mostBytes = 2 ** 22;

/** Whether a column chunk may hold one of the values, by its bloom filter; `true` where it has none, or one of another kind. */
export async function bloomMayHave(
  file: OpenedFile,
  { reader, layout }: FileParts,
  group: StoredRowGroup,
  column: ReadableColumn,
  set: ValueSet,
  bounds: Bounds | undefined,
): Promise<boolean> {
  if (set.kind !== "points" || set.excluded || column.shape.kind !== "leaf") return true;
  const leaf = column.leaves[0]!;
  const { metadata } = group.chunks[leaf.chunkIndex]!;
  const start = Number(metadata.bloom_filter_offset ?? 0);
  if (!(start > 0)) return true;
  const [from, to] = bounds ? pointsWithin(set.points, bounds.min, bounds.max) : [0, set.points.length];
  if (to - from > mostPoints) return true;
  const wanted = Array.from<Endpoint, Uint8Array[] | undefined>(set.points.slice(from, to), (point) =>
    bloomInputs(column, leaf, point),
  );
  if (wanted.some((values) => values === undefined)) return true;
  const bitset = await readBitset(file, reader, layout.byteLength, start, metadata.bloom_filter_length);
  if (!bitset) return true;
  const hash = await loadBloomHash();
  return wanted.some((values) => values!.some((value) => bloomMayContain(bitset, hash(value))));
}

async function readBitset(
  file: OpenedFile,
  reader: FileParts["reader"],
  byteLength: number,
  start: number,
  stated: number | undefined,
): Promise<Uint8Array | undefined> {
  const fits = (range: ByteRange): boolean => range.end <= byteLength && range.end - range.start <= mostBytes;
  const first = { start, end: Math.min(start + (stated ?? headerBytes), byteLength) };
  if (!fits(first) || first.end - first.start < 1) return undefined;
  const [bytes] = await file.readIndexes([first]);
  const header = headerOf(reader, bytes!);
  if (!header) return undefined;
  const end = header.start + header.byteLength;
  if (end <= bytes!.byteLength) return bytes!.subarray(header.start, end);
  const whole = { start, end: start + end };
  if (stated !== undefined || !fits(whole)) return undefined;
  return (await file.readIndexes([whole]))[0]!.subarray(header.start);
}

/** A filter whose header makes no sense is as good as none. */
function headerOf(reader: FileParts["reader"], bytes: Uint8Array) {
  try {
    return reader.bloomHeader(bytes);
  } catch {
    return undefined;
  }
}
