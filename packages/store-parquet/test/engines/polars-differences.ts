import { momentText } from "../support/logical-text.js";
import { type EngineDifference, fromIntegers, fromTexts, hasInteger } from "./engine-difference.js";

const wrappedSeconds = (make: (milliseconds: bigint) => string): EngineDifference => ({
  why: "it has no seconds, makes them milliseconds, and lets those overflow",
  when: hasInteger((seconds) => seconds * 1000n !== BigInt.asIntN(64, seconds * 1000n)),
  reads: fromIntegers((seconds) => make(BigInt.asIntN(64, seconds * 1000n))),
});

const sinceMidnight: EngineDifference = {
  why: "it shows times before midnight as nulls",
  when: hasInteger((time) => time < 0n),
  reads: fromTexts((text) => (text.startsWith("time -") ? null : text)),
};

/** Types that Polars 0.26 for Node reads from our files as something else. Everything not here it reads value for value. */
export const polarsDifferences: Readonly<Record<string, EngineDifference>> = {
  decimal256: {
    why: "its decimals have 38 digits at most; it refuses the file, whatever columns are asked for",
    refuses: /precision must be between 1 and 38/,
  },
  decimalWithoutScale: {
    why: "its decimals have no negative scale; it refuses the file, whatever columns are asked for",
    refuses: /out-of-spec: NegativeFooterLength/,
  },
  timestampSecond: wrappedSeconds((milliseconds) => momentText(milliseconds * 1_000_000n, false)),
  timestampSecondZoned: wrappedSeconds((milliseconds) => momentText(milliseconds * 1_000_000n, true)),
  dictionaryOfSeconds: wrappedSeconds((milliseconds) => momentText(milliseconds * 1_000_000n, false)),
  durationSecond: wrappedSeconds((milliseconds) => `for ${milliseconds * 1_000_000n}`),
  timeSecond: sinceMidnight,
  timeMillisecond: sinceMidnight,
  timeMicrosecond: sinceMidnight,
  timeNanosecond: sinceMidnight,
};

/**
 * Types of which Polars loses rows, or panics, when it filters while it reads: it compares the numbers as stored with values in the
 * unit it will give them. That is so for files of any writer, with or without statistics; reading whole columns first is right.
 */
export const unitsMixedUp: readonly string[] = [
  "timeSecond",
  "timeMillisecond",
  "timeMicrosecond",
  "timestampSecond",
  "timestampSecondZoned",
  "dictionaryOfSeconds",
  "durationSecond",
];
