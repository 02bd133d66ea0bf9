/** The whole numbers from `start` to before `end`. */
export function from(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}
