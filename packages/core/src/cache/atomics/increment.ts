import type { BlobRecord } from "../../blob-record.js";
import { LarderError } from "../../errors.js";
import { invalidOption } from "../invalid-option.js";
import type { SetOptions } from "../set-options.js";

/** How a number begins that is not there, or no longer. The number of an entry that is there keeps what it has. */
export interface IncrementOptions<N extends number | bigint>
  extends Omit<SetOptions, "onEncoded" | "codec" | "valueDigest"> {
  /** The number before the first step, of the kind of the step. Default 0. */
  readonly initial?: N | undefined;
}

/** @throws LarderError `invalid-option` when the step or `initial` is no finite number, or not of one kind */
export function checkIncrement<N extends number | bigint>(
  by: N,
  options: IncrementOptions<N>,
): IncrementOptions<N> & { readonly initial: N } {
  if (!isNumber(by)) throw invalidOption("by", "a finite number or a bigint", by);
  const { initial = (typeof by === "bigint" ? 0n : 0) as N, ...rest } = options;
  if (!isNumber(initial) || typeof initial !== typeof by) {
    throw invalidOption("initial", typeof by === "bigint" ? "a bigint, as 'by' is" : "a finite number", initial);
  }
  return { ...rest, initial };
}

/**
 * A stored number and a step. Integers are exact: from ±2⁵³ on they are refused, as bigints they have no bound.
 *
 * @throws LarderError `not-a-number` when what is stored is no finite number, or of the other kind
 * @throws LarderError `number-out-of-range` when the sum would not be exact, or not finite
 */
export function sum<N extends number | bigint>(key: string, value: unknown, by: N): N {
  if (!isNumber(value) || typeof value !== typeof by) throw notANumber(key, kindOf(value), by, value);
  if (typeof by === "bigint") return ((value as bigint) + by) as N;
  const total = (value as number) + (by as number);
  const parts = [value as number, by as number, total];
  const whole = Number.isInteger(value) && Number.isInteger(by);
  const exact = whole ? parts.every(Number.isSafeInteger) : Number.isFinite(total);
  if (!exact) {
    throw new LarderError(
      `The number under '${key}' was not changed: ${String(value)} and ${by} make ${total}, which is not exact. Integers must stay below 2^53; store a bigint, and pass a bigint, where they must go further.`,
      { code: "number-out-of-range", facts: { key, value, by } },
    );
  }
  return total as N;
}

/** What the record of a number that was there keeps: how long it lives, and how it is found. */
export function keptByIncrement(record: BlobRecord): Partial<BlobRecord> {
  const { expiresAt, keepUntil, tags, pinned, priority, origin } = record;
  return {
    ...(expiresAt !== undefined && { expiresAt }),
    ...(keepUntil !== undefined && { keepUntil }),
    ...(tags !== undefined && { tags }),
    ...(pinned !== undefined && { pinned }),
    ...(priority !== undefined && { priority }),
    ...(origin !== undefined && { origin }),
  };
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "bigint" || Number.isFinite(value);
}

/**
 * A step the other way.
 *
 * @throws LarderError `invalid-option`
 */
export function negated(by: number | bigint): number | bigint {
  if (!isNumber(by)) throw invalidOption("by", "a finite number or a bigint", by);
  return -by;
}

function kindOf(value: unknown): string {
  if (typeof value === "number") return String(value);
  return value === null ? "null" : `of type ${typeof value}`;
}

/** What is stored is no number that could be changed by this step; `kind` says what it is. */
export function notANumber(key: string, kind: string, by: number | bigint, value?: unknown): LarderError {
  const advice = isNumber(value)
    ? `Change it by a ${typeof value}, not by a ${typeof by}`
    : "Delete it first, or use another key";
  return new LarderError(`The value under '${key}' can't be changed by ${by}: it is ${kind}. ${advice}.`, {
    code: "not-a-number",
    facts: { key, kind },
  });
}
