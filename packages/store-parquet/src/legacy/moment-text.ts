/** How the cells of a column of points in time are written; one shape for the whole column. */
export interface MomentShape {
  /** Between date and time: `T` or a space. */
  readonly separator: string;
  /** Digits after the second, 0 to 9. */
  readonly decimals: number;
  /** What follows: nothing, `Z` or `+00:00`. */
  readonly zone: string;
}

const datePattern = /^(\d{4})-(\d{2})-(\d{2})$/;
const momentPattern = /^(\d{4}-\d{2}-\d{2})([T ])(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|\+00:00)?$/;

/** Days since 1970-01-01 of a calendar date `YYYY-MM-DD`; `undefined` when there is no such day. */
export function daysOf(cell: string): number | undefined {
  const match = datePattern.exec(cell);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.getTime() / 86_400_000;
}

/** The shape of a cell that writes a point in time as ISO 8601 has it, or as pandas does, with a space. */
export function momentShape(cell: string): MomentShape | undefined {
  const match = momentPattern.exec(cell);
  return match ? { separator: match[2]!, decimals: match[6]?.length ?? 0, zone: match[7] ?? "" } : undefined;
}

/** The finest of second, millisecond, microsecond and nanosecond that these decimals need: 0, 3, 6 or 9 digits. */
export function momentDigits({ decimals }: MomentShape): 0 | 3 | 6 | 9 {
  return (Math.ceil(decimals / 3) * 3) as 0 | 3 | 6 | 9;
}

/** Units since 1970-01-01T00:00:00, when the cell has this shape, names a real moment and 64 bits hold it. */
export function momentOf(cell: string, shape: MomentShape): bigint | undefined {
  const match = momentPattern.exec(cell);
  if (!match) return undefined;
  const [, date, separator, hour, minute, second, fraction = "", zone = ""] = match;
  if (separator !== shape.separator || fraction.length !== shape.decimals || zone !== shape.zone) return undefined;
  const days = daysOf(date!);
  if (days === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const digits = momentDigits(shape);
  const seconds = BigInt(days * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second));
  const value = seconds * 10n ** BigInt(digits) + BigInt(fraction.padEnd(digits, "0") || "0");
  return BigInt.asIntN(64, value) === value ? value : undefined;
}
