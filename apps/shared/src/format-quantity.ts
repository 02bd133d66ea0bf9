export { formatSeconds } from "@larder/pipeline/drawing";

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
