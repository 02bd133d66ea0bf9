/** A duration for a person: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function humanTime(milliseconds: number): string {
  if (milliseconds < 950) return `${(Math.max(0, milliseconds) / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(minutes, "min", seconds % 60, "s");
  return joined(Math.floor(minutes / 60), "h", minutes % 60, "min");
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  const first = `${large.toLocaleString("en-US")} ${largeUnit}`;
  return small === 0 ? first : `${first} ${small} ${smallUnit}`;
}
