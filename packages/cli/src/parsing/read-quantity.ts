const sizeUnits: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

const durationUnits: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86_400, w: 604_800 };

/** Bytes of a size such as `100GB`, `1.5 GiB` or `4096`; every unit is a power of 1024. `undefined` when it is none. */
export function readSize(text: string): number | undefined {
  const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*$/i.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const bytes = Math.floor(Number(amount) * sizeUnits[unit.toLowerCase()]!);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Seconds of a duration such as `90s`, `30min`, `12h`, `30d` or `2w`; `undefined` when it is none. */
export function readDuration(text: string): number | undefined {
  const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*(s|min|h|d|w)\s*$/i.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const seconds = Number(amount) * durationUnits[unit.toLowerCase()]!;
  return Number.isFinite(seconds) ? seconds : undefined;
}

/** A whole number of at least 0; `undefined` when it is none. */
export function readCount(text: string): number | undefined {
  const count = /^\d+$/.test(text) ? Number(text) : undefined;
  return Number.isSafeInteger(count) ? count : undefined;
}
