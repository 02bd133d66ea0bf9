import { floatText, momentText } from "../support/logical-text.js";
import { type EngineDifference, fromIntegers, fromTexts, hasInteger, reversedBytes } from "./engine-difference.js";

const asIntegers: Pick<EngineDifference, "reads"> = { reads: fromIntegers(String) };

const beyondMicroseconds: EngineDifference = {
  why: "its timestamps are microseconds, and milliseconds reach further",
  when: hasInteger((milliseconds) => milliseconds * 1000n !== BigInt.asIntN(64, milliseconds * 1000n)),
  refuses: /Could not convert Timestamp\(MS\) to Timestamp\(US\)/,
};

const bareSeconds: EngineDifference = {
  why: "seconds too far away to be milliseconds are stored as integers without a meaning",
  when: hasInteger((seconds) => seconds * 1000n !== BigInt.asIntN(64, seconds * 1000n)),
  ...asIntegers,
};

/** Types that DuckDB 1.5 reads from our files as something else. Everything not here it reads value for value. */
export const duckdbDifferences: Readonly<Record<string, EngineDifference>> = {
  decimal256: {
    why: "its decimals have 38 digits at most: of longer ones it makes doubles",
    reads: fromTexts((text) => floatText(wordByWord(BigInt(text.replace(/e.*/, ""))))),
  },
  decimalWithoutScale: {
    why: "Parquet has no decimals of a negative scale, so they are stored as bytes, the greatest first",
    reads: reversedBytes,
  },
  durationSecond: { why: "Parquet has no durations, so they are integers", ...asIntegers },
  durationNanosecond: { why: "Parquet has no durations, so they are integers", ...asIntegers },
  timestampNanosecondZoned: {
    why: "its timestamps with a time zone are microseconds, and the ends of the range are infinity",
    reads: fromIntegers((nanoseconds) => {
      const isInfinite = nanoseconds === 2n ** 63n - 1n || nanoseconds === 1n - 2n ** 63n;
      return momentText(isInfinite ? nanoseconds * 1000n : (nanoseconds / 1000n) * 1000n, true);
    }),
  },
  dateMillisecond: beyondMicroseconds,
  timestampMillisecond: beyondMicroseconds,
  timestampSecond: bareSeconds,
  timestampSecondZoned: bareSeconds,
  dictionaryOfSeconds: bareSeconds,
  timeSecond: { why: "Parquet has no times in seconds, so they are integers", ...asIntegers },
};

/**
 * Types whose bloom filters DuckDB 1.5 reads wrongly, in files of its own too: it looks for the escaped text of bytes, `\\xFF`, and
 * loses rows.
 */
export const bytesInBloomFilters: readonly string[] = [
  "binary",
  "largeBinary",
  "fixedSizeBinary",
  "decimalWithoutScale",
];

/** A double from 64 bits after 64 bits, rounded at each, and not the nearest one. */
function wordByWord(value: bigint): number {
  const magnitude = value < 0n ? ~value : value;
  let sum = 0;
  for (let shift = 192n; shift >= 0n; shift -= 64n)
    sum = sum * 2 ** 64 + Number(BigInt.asUintN(64, magnitude >> shift));
  return value < 0n ? -(sum + 1) : sum;
}
