import { floatText } from "../support/logical-text.js";

/** A column of a table of DuckDB's making. */
export interface DuckdbSource {
  /** An expression over `i`, the number of the row. */
  readonly sql: string;
  /** What is in the file where DuckDB itself stores something else, by `logicalTexts`: from its own text of the value, or from `i`. */
  readonly stored?: (text: string, i: number) => string;
}

const some = (values: string) => `(CASE i % 9 ${values} ELSE (i * 0.37)::VARCHAR END)`;
// No 0 beside -0: for its dictionaries they are the same.
const floats = "WHEN 0 THEN 'NaN' WHEN 1 THEN '-0' WHEN 2 THEN 'inf' WHEN 3 THEN '-inf' WHEN 4 THEN '1e-45'";

/** A column of every type DuckDB 1.5 writes to Parquet. */
export const duckdbColumns: Readonly<Record<string, DuckdbSource>> = {
  boolean: { sql: "i % 3 = 0" },
  tinyint: { sql: "(i % 256 - 128)::TINYINT" },
  smallint: { sql: "(i * 317 % 65536 - 32768)::SMALLINT" },
  integer: { sql: "((hash(i) % 4294967296)::BIGINT - 2147483648)::INTEGER" },
  bigint: { sql: "CASE i WHEN 1 THEN 9223372036854775807 ELSE (hash(i)::HUGEINT - 9223372036854775808)::BIGINT END" },
  ascending: { sql: "1700000000000 + i * 3" },
  fewBigints: { sql: "9007199254740993 + i % 5" },
  utinyint: { sql: "(i % 256)::UTINYINT" },
  usmallint: { sql: "(i * 317 % 65536)::USMALLINT" },
  uinteger: { sql: "(hash(i) % 4294967296)::UINTEGER" },
  ubigint: { sql: "CASE i WHEN 1 THEN 18446744073709551615::UBIGINT ELSE hash(i) END" },
  // It has no integers of 128 bits in Parquet, and writes doubles.
  hugeint: { sql: "i::HUGEINT * 1152921504606846976", stored: (text) => floatText(Number(text)) },
  uhugeint: { sql: "i::UHUGEINT * 1152921504606846976", stored: (text) => floatText(Number(text)) },
  float: { sql: `${some(floats)}::FLOAT` },
  double: { sql: `${some(floats)}::DOUBLE` },
  decimalOf16Bits: { sql: "(i % 1999 - 999)::DECIMAL(4,1)" },
  decimalOf32Bits: { sql: "(i * 1.01)::DECIMAL(9,2)" },
  decimalOf64Bits: { sql: "(i * -1.0001)::DECIMAL(18,4)" },
  decimalOf128Bits: { sql: "hash(i)::DECIMAL(28,0)::DECIMAL(38,10) * (CASE i % 2 WHEN 0 THEN 1 ELSE -1 END)" },
  varchar: { sql: "repeat(chr((65 + i % 900)::INTEGER), (i % 9)::INTEGER) || chr(128512)" },
  repeated: { sql: "'city ' || (i % 7)" },
  blob: { sql: "unhex(substr(md5(i::VARCHAR), 1, 2 * (i % 10)::INTEGER))" },
  uuid: { sql: "md5(i::VARCHAR)::UUID", stored: (text) => `x'${text.replaceAll("-", "")}'` },
  date: { sql: "'1970-01-01'::DATE + (i * 13 - 9000)::INTEGER" },
  time: { sql: "make_time(i % 24, i % 60, (i % 60) + 0.000001 * i)" },
  // The zone is not stored, the time is that of UTC.
  timeWithZone: { sql: "make_time(i % 24, i % 60, 1.5)::TIMETZ", stored: (_, i) => timeText(i) },
  timeNanoseconds: { sql: "('12:34:56.' || lpad((i * 1000003 % 1000000000)::VARCHAR, 9, '0'))::TIME_NS" },
  timestamp: { sql: "make_timestamp(i * 7919000001 - 10000000000)" },
  timestampSeconds: { sql: "make_timestamp(i * 7919000000)::TIMESTAMP_S" },
  timestampMilliseconds: { sql: "make_timestamp(i * 7919000000)::TIMESTAMP_MS" },
  timestampNanoseconds: { sql: "make_timestamp_ns(i * 7919000001)" },
  timestampWithZone: { sql: "make_timestamp(i * 7919000001)::TIMESTAMPTZ" },
  interval: {
    sql: "to_months((i % 13)::INTEGER) + to_days((i % 31)::INTEGER) + to_milliseconds(i)",
    stored: (_, i) => intervalText(i),
  },
  enum: { sql: "('abc'[1 + i % 3])::ENUM('a', 'b', 'c')" },
  bit: { sql: "(i % 1000)::INTEGER::BIT", stored: (text) => JSON.stringify(text) },
  bignum: { sql: "(i * 1000003)::BIGNUM", stored: (text) => JSON.stringify(text) },
  json: { sql: "json_object('a', i)" },
  list: { sql: "[i, NULL, i + 1][1:i % 4]" },
  listOfLists: { sql: "[[i], [], NULL, [i, i]]" },
  listOfText: { sql: "['city ' || (i % 7), NULL, '']" },
  struct: { sql: "CASE WHEN i % 4 = 0 THEN NULL ELSE {a: i, b: CASE WHEN i % 3 = 0 THEN NULL ELSE 'x' || i END} END" },
  listOfStructs: { sql: "[{a: i, b: [i::VARCHAR]}, NULL]" },
  map: { sql: "MAP {'k' || i: i, 'z': NULL}" },
  mapOfLists: { sql: "MAP {i: [{x: i}]}" },
  union: { sql: "union_value(num := i::INTEGER)", stored: (_, i) => `{"": 0, "num": ${i}}` },
  allNull: { sql: "NULL::INTEGER" },
};

function timeText(i: number): string {
  return `time ${((i % 24) * 3600 + (i % 60) * 60) * 1_000_000_000 + 1_500_000_000}`;
}

/** Months, days and milliseconds. Source: https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#interval */
function intervalText(i: number): string {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32LE(i % 13, 0);
  bytes.writeUInt32LE(i % 31, 4);
  bytes.writeUInt32LE(i, 8);
  return `x'${bytes.toString("hex")}'`;
}
