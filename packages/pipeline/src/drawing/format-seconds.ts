/** Seconds as a person reads them: `–` for nothing, `4 ms`, `1.2 s`, `2 min 5 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds <= 0) return "–";
  if (seconds < 0.0095) return `${(seconds * 1000).toFixed(1)} ms`;
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 99.95) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`;
  return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
}
