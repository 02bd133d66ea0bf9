const units = ["KiB", "MiB", "GiB", "TiB"];

/** Bytes as a person reads them, by powers of 1024: `812 B`, `1.2 GiB`; `–` when unknown. */
export function formatSize(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return "–";
  if (bytes === Number.POSITIVE_INFINITY) return "no limit";
  if (bytes < 1024) return `${bytes} B`;
  let amount = bytes / 1024;
  let unit = 0;
  while (amount >= 1023.5 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${trimmed(amount)} ${units[unit]}`;
}

/** One digit behind the point below 10, and none where it would be 0. */
function trimmed(amount: number): string {
  const text = amount.toFixed(amount < 9.95 ? 1 : 0);
  return text.endsWith(".0") ? text.slice(0, -2) : text;
}

/** A count with separators: `3,000,000`; `–` when unknown. */
export function formatCount(count: number | null | undefined): string {
  return count === null || count === undefined ? "–" : count.toLocaleString("en-US");
}

/** A count with its noun: `1 item`, `1,200 items`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${count === 1 ? noun : noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}

/** A share from 0 to 1 as `45 %`; `–` when unknown. */
export function formatShare(share: number | null | undefined): string {
  if (share === null || share === undefined || Number.isNaN(share)) return "–";
  const percent = share * 100;
  if (percent > 0 && percent < 1) return "< 1 %";
  return `${percent > 99 && percent < 100 ? 99 : Math.round(percent)} %`;
}
