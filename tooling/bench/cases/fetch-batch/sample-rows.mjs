// Rows that every contender of the benchmark `fetch-batch` holds. The n-th row has an id that looks like chance, each id once, so that
// batches overlap in their ranges of ids, as they do in use.
import { Field, Float64, Int64, makeData, RecordBatch, Schema, Struct, Table, Utf8 } from "apache-arrow";

/** A prime: ids are 0 to `idRange` − 1, and there are at most as many rows. */
export const idRange = 10_000_019;

const step = 6_700_417;

export const columns = ["count", "delay", "city", "key"];

/** @param {number} n - 0 to `idRange` − 1 */
export const idOf = (n) => (n * step) % idRange;

export const countOf = (id) => id % 1000;
/** Null in every seventh row. */
export const delayOf = (id) => (id % 7 === 0 ? null : id / 3);
export const cityOf = (id) => `city ${id % 300}`;
export const keyOf = (id) => `row-${id}`;

/** Rows `from` to `to`, as a fetcher of Arrow tables would give them. */
export function sampleTable(from, to) {
  const length = to - from;
  const ids = new BigInt64Array(length);
  const counts = new BigInt64Array(length);
  const delays = new Float64Array(length);
  const validity = new Uint8Array((length + 7) >> 3);
  const cities = [];
  const keys = [];
  let nullCount = 0;
  for (let row = 0; row < length; row++) {
    const id = idOf(from + row);
    ids[row] = BigInt(id);
    counts[row] = BigInt(countOf(id));
    const delay = delayOf(id);
    if (delay === null) nullCount++;
    else {
      delays[row] = delay;
      validity[row >> 3] |= 1 << (row & 7);
    }
    cities.push(cityOf(id));
    keys.push(keyOf(id));
  }
  const parts = {
    id: makeData({ type: new Int64(), data: ids }),
    count: makeData({ type: new Int64(), data: counts }),
    delay: makeData({ type: new Float64(), length, data: delays, nullBitmap: validity, nullCount }),
    city: textData(cities),
    key: textData(keys),
  };
  const schema = new Schema(Object.entries(parts).map(([name, { type }]) => new Field(name, type, name === "delay")));
  const children = Object.values(parts);
  const data = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
  return { ids, table: new Table(schema, [new RecordBatch(schema, data)]) };
}

function textData(texts) {
  const bytes = new TextEncoder().encode(texts.join(""));
  const valueOffsets = new Int32Array(texts.length + 1);
  // All of it is ASCII.
  for (let row = 0; row < texts.length; row++) valueOffsets[row + 1] = valueOffsets[row] + texts[row].length;
  return makeData({ type: new Utf8(), length: texts.length, nullCount: 0, valueOffsets, data: bytes });
}

/** Ids of `count` of the first `rows` rows, in an order that looks like chance and is the same for the same seed. */
export function sampleIds(rows, count, seed) {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  const ids = new BigInt64Array(count);
  for (let i = 0; i < count; i++) {
    // xorshift32 (Marsaglia 2003)
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    ids[i] = BigInt(idOf(state % rows));
  }
  return ids;
}
