/** A column of text or bytes beyond this gets another Arrow batch, for its offsets are 32-bit. */
const batchBytes = 2 ** 30;

/**
 * Cuts row groups into batches.
 *
 * @param bytesOf for each column of a row group, about as many bytes of text as there will be of it; in the same order for all
 */
export function intoBatches<Group>(groups: readonly Group[], bytesOf: (group: Group) => readonly number[]): Group[][] {
  const batches: Group[][] = [];
  let bytes: number[] = [];
  for (const group of groups) {
    const more = bytesOf(group);
    const full = more.some((size, i) => (bytes[i] ?? 0) + size > batchBytes);
    if (full || batches.length === 0) {
      batches.push([]);
      bytes = [];
    }
    batches.at(-1)!.push(group);
    bytes = more.map((size, i) => (bytes[i] ?? 0) + size);
  }
  return batches;
}
