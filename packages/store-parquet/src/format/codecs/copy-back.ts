/** Repeats `length` bytes that stand `distance` before `at`; they may overlap what is written. */
export function copyBack(output: Uint8Array, at: number, distance: number, length: number): void {
  if (length > 24 && distance >= length) output.copyWithin(at, at - distance, at - distance + length);
  else for (let i = 0; i < length; i++) output[at + i] = output[at - distance + i]!;
}
