import { LarderError } from "@larder/core";
import { damagedParquet } from "../format/parquet-errors.js";

/** A page of a column of text or bytes that holds something else. */
export function notBytes(): LarderError {
  return damagedParquet("a column of text or bytes holds other values");
}

/** More text or bytes than the 32-bit offsets of one Arrow chunk can count. */
export function tooManyBytes(): LarderError {
  return new LarderError(
    "A column holds 2 GiB of text or more, too much for one Arrow chunk. Read the table in slices.",
    { code: "column-too-large" },
  );
}
