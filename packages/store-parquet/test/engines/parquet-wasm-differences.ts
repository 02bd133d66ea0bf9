import { type EngineDifference, reversedBytes } from "./engine-difference.js";

/** Types that parquet-wasm 0.8 reads from our files as something else. Everything not here it reads value for value. */
export const parquetWasmDifferences: Readonly<Record<string, EngineDifference>> = {
  decimalWithoutScale: {
    why: "Parquet has no decimals of a negative scale, so they are stored as bytes, the greatest first",
    reads: reversedBytes,
  },
};
