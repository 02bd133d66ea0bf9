import { UndigestableValueError } from "./undigestable-value-error.js";
import { ValueWalk } from "./value-walk.js";

/**
 * The digest of a value, 64 lower-case hexadecimal digits: equal for equal values and different for different ones, in
 * every process and on every machine.
 *
 * - The order of an object's properties does not matter; that of arrays, maps and sets does.
 * - `-0` is not `0`; every `NaN` is the same; a hole is not `undefined`; an object without prototype is not a plain one.
 * - A typed array is its kind and elements; a `Buffer` counts as the `Uint8Array` it is; shared references equal copies; cycles are told by
 *   how far up they point.
 * - An Arrow table, record batch or vector is its schema and logical values: batches, offsets, the order of
 *   dictionaries and what lies under nulls do not matter.
 * - Instances of classes, and functions, count only through `[cacheKeySymbol]()`.
 *
 * @throws UndigestableValueError naming the path to what cannot be seen whole: functions, symbols, getters, proxies,
 *   promises, class instances without `[cacheKeySymbol]`, shared memory, nesting deeper than 1,000 levels
 */
export function valueDigest(value: unknown): string {
  const walk = new ValueWalk();
  try {
    return walk.digest(value);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new UndigestableValueError(walk.path(), "it is nested too deep for the stack that is left", error);
    }
    throw error;
  } finally {
    walk.release();
  }
}
