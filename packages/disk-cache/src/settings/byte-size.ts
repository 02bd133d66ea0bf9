const units: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** How a size can be written: `50 GiB` (powers of 1024), `200 MB` (powers of 1000). */
export const sizeExample = "50 GiB";

/** The bytes of a size such as `50 GiB`, `1.5 TB` or `4096 B`, rounded down; `undefined` when it is none. */
export function parseByteSize(text: string): number | undefined {
  const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*([KMGT]i?B|B)\s*$/i.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const bytes = Math.floor(Number(amount) * units[unit.toLowerCase()]!);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** A size as it can be read: the largest unit of powers of 1024 that gives a whole number. */
export function shownByteSize(bytes: number): string {
  if (!Number.isFinite(bytes)) return "no limit";
  for (const unit of ["TiB", "GiB", "MiB", "KiB"]) {
    const size = units[unit.toLowerCase()]!;
    if (bytes >= size && bytes % size === 0) return `${bytes / size} ${unit}`;
  }
  return `${bytes} bytes`;
}
