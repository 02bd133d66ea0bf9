const steps: readonly (readonly [unit: string, seconds: number])[] = [
  ["y", 31_557_600],
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
];

/** How long something takes or lies back, in its largest unit: `45 s`, `3 h`, `12 d`. Negative ones as `0 s`. */
export function formatDuration(seconds: number): string {
  for (const [unit, size] of steps) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  }
  return "0 s";
}

/**
 * When something was, seen from now: `3 h ago`, `just now`; `in 5 min` for what is to come, `–` when unknown or never.
 *
 * @param at - absolute time in milliseconds; 0 or absent: never
 */
export function formatAge(at: number | null | undefined, now: number): string {
  if (at === null || at === undefined || at === 0) return "–";
  const seconds = (now - at) / 1000;
  if (seconds < -1) return `in ${formatDuration(-seconds)}`;
  return seconds < 2 ? "just now" : `${formatDuration(seconds)} ago`;
}

/** A moment as JSON has it: ISO 8601 in UTC; `null` when unknown or never. */
export function isoTime(at: number | Date | null | undefined): string | null {
  const time = at instanceof Date ? at.getTime() : at;
  return time === null || time === undefined || time === 0 || !Number.isFinite(time)
    ? null
    : new Date(time).toISOString();
}
