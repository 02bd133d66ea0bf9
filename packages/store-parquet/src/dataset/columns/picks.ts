import { LarderError } from "@larder/core";

/** Which rows are taken, in the order of the answer. */
export interface Picks {
  readonly length: number;
  /** Place of each row's source; absent: all from the first. Looked at only where a row is taken. */
  readonly source?: Uint16Array;
  /** Row of each in its source; -1: null. */
  readonly row: Int32Array;
}

/**
 * Whether a row is null because it is taken from nowhere.
 *
 * @param lengths rows of the sources
 * @throws LarderError `invalid-picks` for a row or a source that is not there
 */
export function hasGaps({ length, source, row }: Picks, lengths: readonly number[]): boolean {
  if (row.length < length || (source && source.length < length)) throw invalidPick("fewer than there are rows");
  let least = 0;
  if (!source) {
    const limit = lengths[0] ?? 0;
    for (let i = 0; i < length; i++) {
      const from = row[i]!;
      if (from >= limit) throw invalidPick(`row ${from} of ${limit}`);
      if (from < least) least = from;
    }
  } else {
    const limits = Float64Array.from(lengths);
    for (let i = 0; i < length; i++) {
      const from = row[i]!;
      if (from < least) least = from;
      else if (!(from < limits[source[i]!]!) && from >= 0)
        throw invalidPick(`row ${from} of source ${source[i]} of ${lengths.length}`);
    }
  }
  if (least < -1) throw invalidPick(`row ${least}`);
  return least < 0;
}

function invalidPick(what: string): LarderError {
  return new LarderError(`Rows of a column were asked for that it has not: ${what}. Report this as a bug.`, {
    code: "invalid-picks",
    facts: { what },
  });
}
