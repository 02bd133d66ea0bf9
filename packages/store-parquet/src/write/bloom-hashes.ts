import type { BloomHash } from "../format/bloom-filter.js";
import { boundsOrderOf } from "../format/bounds-order.js";
import type { ParquetLeaf } from "../format/parquet-leaf.js";
import type { PresentValues } from "./present-values.js";

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
 * The hashes of values. Zeros are there with both signs, and every NaN also as the usual one, so that who looks for a number finds all
 * that are equal to it.
 *
 * @param pages values as Parquet has them
 */
export function bloomHashes(leaf: ParquetLeaf, pages: readonly PresentValues[], hash: BloomHash): BigUint64Array {
  const hashes: bigint[] = [];
  for (const values of pages) {
    if (values.kind === "bytes") {
      const { bytes, offsets } = values;
      for (let i = 1; i < offsets.length; i++) hashes.push(hash(bytes.subarray(offsets[i - 1]!, offsets[i]!)));
    } else if (values.kind === "fixed") {
      const { bytes, width } = values;
      for (let at = 0; at < bytes.byteLength; at += width) hashes.push(hash(bytes.subarray(at, at + width)));
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
