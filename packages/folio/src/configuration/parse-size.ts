const powers: Readonly<Record<string, number>> = { "": 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

/** How a size can be written. */
export const sizeExample = "50GB";

/**
 * The bytes of a size such as `50GB`, `8 MiB`, `1.5 T` or `4096`, rounded down; `undefined` when it is none. All units are
 * powers of 1024, whether written `KB`, `KiB` or `K`: `50GB` is 53,687,091,200 bytes.
 */
export function parseSize(text: string): number | undefined {
  const [, amount, unit] = /^\s*(\d{1,16}(?:\.\d{1,16})?)\s*(?:([kmgtp]?)(?:i?b)?)\s*$/i.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const bytes = Math.floor(Number(amount) * 1024 ** powers[unit.toLowerCase()]!);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
