import { LarderError } from "@larder/core";

/** Checks the range of a read: see `ReadOptions`. @throws LarderError `invalid-range` */
export function checkRange(start: number, end: number | undefined): void {
  const whole = (value: number) => Number.isSafeInteger(value) && value >= 0;
  if (whole(start) && (end === undefined || (whole(end) && end >= start))) return;
  throw new LarderError(
    `A range must have a start of 0 or more and an end that is not before it, both whole numbers; it is ${start} to ${end}.`,
    { code: "invalid-range", facts: { start, end } },
  );
}
