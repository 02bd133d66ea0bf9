/** The rows with the largest numbers, largest first; of equal ones, that which comes first. */
export function topRows(rows: readonly number[], numbers: Int32Array, count: number): number[] {
  const isBefore = (a: number, b: number) => numbers[a]! > numbers[b]! || (numbers[a] === numbers[b] && a < b);
  const best: number[] = [];
  for (const row of rows) {
    if (best.length === count && !isBefore(row, best[count - 1]!)) continue;
    let at = best.length;
    while (at > 0 && isBefore(row, best[at - 1]!)) at -= 1;
    best.splice(at, 0, row);
    if (best.length > count) best.pop();
  }
  return best;
}
