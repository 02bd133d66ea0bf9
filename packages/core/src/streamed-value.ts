/**
 * What has this method is a value whose parts come one after the other, and only once, such as the batches of a table. It
 * is `Symbol.for("larder.streamedValue")`, so that it is the same in every copy of this package.
 */
export const streamedValueSymbol: unique symbol = Symbol.for("larder.streamedValue") as never;

/**
 * A value that can be used once: stored by a cache whose codec takes it, or taken whole into memory. A cache gives back
 * what it stored of it, read anew.
 */
export interface StreamedValue<Value = unknown> {
  /**
   * The whole value, in memory. The stream is spent by it.
   *
   * @param signal - breaks it off, with its reason
   * @throws what the stream throws; LarderError `spent-stream` when it was used before
   */
  [streamedValueSymbol](signal?: AbortSignal): Promise<Value>;
}

/** Whether a value is a {@link StreamedValue}, of any copy of this package. */
export function isStreamedValue(value: unknown): value is StreamedValue {
  return typeof value === "object" && value !== null && streamedValueSymbol in value;
}
