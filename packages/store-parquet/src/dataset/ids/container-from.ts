import type { Container } from "./id-set.js";

/** The first place whose container is that of `high`, or a later one. */
export function containerFrom(containers: readonly Container[], high: number): number {
  let from = 0;
  let to = containers.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (containers[middle]!.high < high) from = middle + 1;
    else to = middle;
  }
  return from;
}
