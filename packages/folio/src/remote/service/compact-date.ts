/** A time as signatures have it: ISO 8601, basic, such as `20261127T195900Z`. @param now - absolute, in milliseconds */
export function compactDate(now: number): string {
  return new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, "");
}
