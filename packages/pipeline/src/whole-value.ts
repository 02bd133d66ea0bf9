import { isStreamedValue, streamedValueSymbol } from "@larder/core";
import { collectParts, isAsyncGenerator } from "./streaming/collect-parts.js";

/**
 * What a function returned, as nodes get it: streams and async generators are read to their end, for several may read what
 * they bring, and they are read once. What they throw is what the function throws.
 *
 * @param signal - asked for when there is something to read
 */
export function wholeValue(value: unknown, signal: () => AbortSignal): unknown {
  if (isStreamedValue(value)) return value[streamedValueSymbol](signal());
  return isAsyncGenerator(value) ? collectParts(value, signal()) : value;
}
