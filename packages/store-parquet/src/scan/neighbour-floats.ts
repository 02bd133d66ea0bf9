const float = new Float64Array(1);
const bits = new BigInt64Array(float.buffer);

/** The next number above, among all that 64 bits can hold; of the greatest, Infinity. Not for NaN or Infinity. */
export function nextFloat(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  float[0] = value;
  bits[0] = bits[0]! + (value > 0 ? 1n : -1n);
  // Of the least below zero, the next is zero.
  return float[0] === 0 ? 0 : float[0]!;
}

/** The least number that is no less than a whole one. */
export function leastFloatFrom(value: bigint): number {
  const near = Number(value);
  if (near === Number.POSITIVE_INFINITY) return near;
  if (near === Number.NEGATIVE_INFINITY) return -Number.MAX_VALUE;
  return BigInt(near) >= value ? near : nextFloat(near);
}
