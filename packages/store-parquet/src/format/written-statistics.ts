import type { EncodedChunk } from "./encoded-chunk.js";
import type { ColumnMetaData } from "./parquet-file-reader.js";
import type { ParquetLeaf } from "./parquet-leaf.js";

type Statistics = NonNullable<ColumnMetaData["statistics"]>;

/** The statistics of a chunk as hyparquet-writer takes them: it wants values where the file has bytes. */
export function writtenStatistics(leaf: ParquetLeaf, { nullCount, bounds }: EncodedChunk): Statistics {
  const nulls = { null_count: BigInt(nullCount) };
  if (!bounds) return nulls;
  return {
    ...nulls,
    min_value: statisticValue(leaf, bounds.min),
    max_value: statisticValue(leaf, bounds.max),
    is_min_value_exact: bounds.minIsExact,
    is_max_value_exact: bounds.maxIsExact,
  };
}

function statisticValue(leaf: ParquetLeaf, bytes: Uint8Array): boolean | number | bigint | Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (leaf.type) {
    case "BOOLEAN":
      return bytes[0] === 1;
    // Bits are kept whether they are signed or not.
    case "INT32":
      return view.getInt32(0, true);
    case "INT64":
      return view.getBigInt64(0, true);
    case "FLOAT":
      return view.getFloat32(0, true);
    case "DOUBLE":
      return view.getFloat64(0, true);
    default:
      return leaf.converted_type === "DECIMAL" ? signedNumber(bytes) : bytes;
  }
}

function signedNumber(bigEndian: Uint8Array): bigint {
  const unsigned = BigInt(`0x${Buffer.from(bigEndian).toString("hex")}`);
  return BigInt.asIntN(bigEndian.byteLength * 8, unsigned);
}
