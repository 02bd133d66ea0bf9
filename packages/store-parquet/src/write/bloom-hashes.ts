import type { BloomHash } from "../format/bloom-filter.js";
import { boundsOrderOf } from "../format/bounds-order.js";
import type { ParquetLeaf } from "../format/parquet-leaf.js";

/** The bloom filter asked for of a column. */
export interface BloomRequest {
  readonly falsePositiveRate: number;
  readonly hash: BloomHash;
}

/**
 * Whether a leaf can have a bloom filter: one over nulls or two truth values tells nothing. Half floats and decimals of more than 38
 * digits have none because DuckDB reads them as wider floats, looks for those, and loses rows.
 */
export function canHaveBloomFilter({ type, logical_type, precision = 0 }: ParquetLeaf): boolean {
  const isWidened = logical_type?.type === "FLOAT16" || (logical_type?.type === "DECIMAL" && precision > 38);
  return type !== "BOOLEAN" && logical_type?.type !== "NULL" && !isWidened;
}

/**
 * The hashes of PLAIN values. Zeros are there with both signs, and every NaN also as the usual one, so that who looks for a number
 * finds all that are equal to it.
 *
 * @param bodies values as pages hold them, without nulls
 */
export function bloomHashes(leaf: ParquetLeaf, bodies: readonly Uint8Array[], hash: BloomHash): BigUint64Array {
  const hashes: bigint[] = [];
  for (const body of bodies) {
    if (leaf.type === "BYTE_ARRAY") {
      const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
      for (let at = 0; at < body.byteLength; ) {
        const end = at + 4 + view.getUint32(at, true);
        hashes.push(hash(body.subarray(at + 4, end)));
        at = end;
      }
    } else {
      const width = widthOfLeaf(leaf);
      for (let at = 0; at < body.byteLength; at += width) hashes.push(hash(body.subarray(at, at + width)));
    }
  }
  for (const value of equalNumbers(leaf)) hashes.push(hash(value));
  return BigUint64Array.from(hashes);
}

/** Both zeros and the usual NaN of a type of floats. A few bits that may be set for nothing cost less than looking for them. */
function equalNumbers(leaf: ParquetLeaf): Uint8Array[] {
  switch (boundsOrderOf(leaf)) {
    case "float32":
      return [0, -0, Number.NaN].map((value) => new Uint8Array(Float32Array.of(value).buffer));
    case "float64":
      return [0, -0, Number.NaN].map((value) => new Uint8Array(Float64Array.of(value).buffer));
    default:
      return [];
  }
}

function widthOfLeaf({ type, type_length }: ParquetLeaf): number {
  if (type === "FIXED_LEN_BYTE_ARRAY") return type_length!;
  return type === "INT32" || type === "FLOAT" ? 4 : 8;
}
