import type { Vector } from "apache-arrow";
import { bytesText, logicalTexts } from "../support/logical-text.js";

/** A type that an engine reads as something else from our files, and what that is. The tests show that no other type is. */
export interface EngineDifference {
  /** Why it is so. */
  readonly why: string;
  /** It is so only for columns of which this is true; for all where it is left out. */
  readonly when?: (column: Vector) => boolean;
  /** What the engine reads instead, by `logicalTexts`. */
  readonly reads?: (column: Vector) => (string | null)[];
  /** What the engine says when it reads nothing at all. */
  readonly refuses?: RegExp;
}

/** The integers that a column is made of, in its unit. */
export function integersOf(column: Vector): (bigint | null)[] {
  return column.data.flatMap((data) => {
    const entries = data.dictionary ? integersOf(data.dictionary as Vector) : undefined;
    return Array.from({ length: data.length }, (_, row) => {
      if (!data.getValid(row)) return null;
      return entries ? entries[Number(data.values[row])]! : BigInt(data.values[row]);
    });
  });
}

/** What is read of a column whose integers are read as these texts. */
export function fromIntegers(make: (value: bigint) => string): (column: Vector) => (string | null)[] {
  return (column) => integersOf(column).map((value) => (value === null ? null : make(value)));
}

/** Whether a column, or the dictionary of one, has an integer of this kind. */
export function hasInteger(test: (value: bigint) => boolean): (column: Vector) => boolean {
  return (column) => {
    const dictionaries = column.data.flatMap((data) => (data.dictionary ? [data.dictionary as Vector] : []));
    const places = dictionaries.length > 0 ? dictionaries : [column];
    return places.some((place) => integersOf(place).some((value) => value !== null && test(value)));
  };
}

/** The bytes of each value, the last one first. */
export function reversedBytes(column: Vector): (string | null)[] {
  return column.data.flatMap((data) =>
    Array.from({ length: data.length }, (_, row) => {
      if (!data.getValid(row)) return null;
      const width = data.values.BYTES_PER_ELEMENT * data.stride;
      const start = data.values.byteOffset + row * width;
      return bytesText(new Uint8Array(data.values.buffer.slice(start, start + width)).reverse());
    }),
  );
}

/** The texts of a column, those made differently for which `make` gives something. */
export function fromTexts(make: (text: string) => string | null): (column: Vector) => (string | null)[] {
  return (column) => logicalTexts(column).map((text) => (text === null ? null : make(text)));
}

/** The first value that two engines see differently, or `undefined`. */
export function firstDifference(
  wanted: readonly (string | null)[],
  found: readonly (string | null)[],
): string | undefined {
  if (wanted.length !== found.length) return `${wanted.length} values became ${found.length}`;
  const row = wanted.findIndex((text, i) => text !== found[i]);
  return row < 0 ? undefined : `row ${row}: ${wanted[row]} became ${found[row]}`;
}
