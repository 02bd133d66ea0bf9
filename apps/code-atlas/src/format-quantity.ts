/** Seconds as a person reads them: `–` for nothing, `4 ms`, `1.2 s`, `2 min 5 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds <= 0) return "–";
  if (seconds < 0.0095) return `${(seconds * 1000).toFixed(1)} ms`;
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 99.95) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`;
  return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
}

/** Bytes as a person reads them: `812 B`, `1.5 KB`, `36.2 MB` (a KB is 1,000 bytes); `–` when unknown. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return "–";
  if (bytes < 1000) return `${bytes} B`;
  const units = ["KB", "MB", "GB", "TB"];
  let amount = bytes / 1000;
  let unit = 0;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit++;
  }
  return `${amount.toFixed(amount < 10 ? 1 : 0)} ${units[unit]}`;
}

/** A count with separators: `3,000,000`; `–` when unknown. */
export function formatCount(count: number | null): string {
  return count === null ? "–" : count.toLocaleString("en-US");
}
