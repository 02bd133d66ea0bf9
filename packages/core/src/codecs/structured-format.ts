/** The first byte of a structured value: how the rest is written. Part of the format. */
export const form = {
  /** JSON text, ASCII only. */
  asciiJson: 0x01,
  /** JSON text, UTF-8. */
  utf8Json: 0x02,
  /** One tagged value, see {@link tag}. */
  tagged: 0x03,
} as const;

/**
 * What a tagged value begins with. Counts are LEB128, numbers little-endian. Every object, in the order in which it begins, has a
 * number from 0; `reference` names it. Every new list of property names has a number too; `knownObject` names that.
 */
export const tag = {
  undefined: 0x00,
  null: 0x01,
  false: 0x02,
  true: 0x03,
  /** Whole number from 0 to 2^32 - 1: a count. */
  positive: 0x04,
  /** Whole number from -1 to -2^32: a count of -1 - n. */
  negative: 0x05,
  /** Any other number: 8 bytes. */
  float64: 0x06,
  string: 0x07,
  /** Hexadecimal digits with their sign, as a string. */
  bigint: 0x08,
  reference: 0x09,
  /** Count of properties, their names, their values in the same order. */
  object: 0x10,
  nullObject: 0x11,
  /** Number of the list of names, then the values. */
  knownObject: 0x12,
  knownNullObject: 0x13,
  /** Length, then elements; a `holes` stands for as many as it counts. */
  array: 0x14,
  holes: 0x15,
  map: 0x16,
  set: 0x17,
  /** Milliseconds, 8 bytes; NaN is the invalid date. */
  date: 0x18,
  /** Source, flags, last index (8 bytes). */
  regexp: 0x19,
  url: 0x1a,
  /** Index of the kind, bytes, content. */
  typedArray: 0x1b,
  buffer: 0x1c,
  arrayBuffer: 0x1d,
  dataView: 0x1e,
  /** An array of numbers alone: length, 8 bytes each. */
  numberArray: 0x1f,
} as const;

/** Deeper values are refused, and deeper encodings are malformed: both walks are recursive. */
export const maximumDepth = 1000;
