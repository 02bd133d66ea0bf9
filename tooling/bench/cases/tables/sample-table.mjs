// The tables that are read and written: always the same values for the same number of rows.
//
// `mixed`, eight columns: a sorted id, an integer, a float, a text of 50 values, a text of 26 characters that is hardly ever
// the same, a time that rises, a boolean, a float of which every tenth is null. `wide`: a sorted id and 99 floats.
import {
  Bool,
  Dictionary,
  Field,
  Float64,
  Int8,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMillisecond,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { kinds } from "./columns.mjs";

const categories = Array.from({ length: 50 }, (_, i) => `category_${String(i).padStart(2, "0")}`);
const codeLength = 26;
const batchRows = 1_000_000;

/** An Arrow table in batches of at most a million rows, without nulls but in `reading`. */
export function sampleTable(shape, rows) {
  const make = shape === "mixed" ? mixedMaker() : wideMaker();
  const batches = [];
  for (let start = 0; start < rows; start += batchRows)
    batches.push(make.batch(Math.min(batchRows, rows - start), start));
  return new Table(make.schema, batches);
}

/** `count` ids of the table, each once, in no order. */
export function sampleIds(table, count) {
  const random = randomSource(99);
  const positions = new Set();
  while (positions.size < count) positions.add(Math.floor(random() * table.numRows));
  const ids = table.getChild("id");
  return BigInt64Array.from(positions, (position) => ids.get(position));
}

function mixedMaker() {
  const random = randomSource(42);
  const nextId = rising(randomSource(1), 1000, 5);
  const nextTime = rising(random, 1_700_000_000_000, 1000);
  const dictionary = vectorFromArray(categories, new Utf8());
  const category = new Dictionary(dictionary.type, new Int8(), 0);
  const schema = new Schema([
    new Field("id", new Int64(), false),
    new Field("count", new Int32(), false),
    new Field("price", new Float64(), false),
    new Field("category", category, false),
    new Field("code", new Utf8(), false),
    new Field("time", new TimestampMillisecond(), false),
    new Field("flag", new Bool(), false),
    new Field("reading", new Float64(), true),
  ]);
  const batch = (length, start) => {
    const id = new BigInt64Array(length);
    const count = new Int32Array(length);
    const price = new Float64Array(length);
    const index = new Int8Array(length);
    const code = new Uint8Array(length * codeLength);
    const time = new BigInt64Array(length);
    const flag = new Uint8Array(Math.ceil(length / 8));
    const reading = new Float64Array(length);
    const valid = new Uint8Array(Math.ceil(length / 8));
    let nullCount = 0;
    for (let i = 0; i < length; i += 1) {
      id[i] = nextId();
      count[i] = Math.floor(random() * 2e6) - 1e6;
      price[i] = random() * 1000;
      index[i] = Math.floor(random() * categories.length);
      writeCode(code, i * codeLength, start + i, random);
      time[i] = nextTime();
      if (random() < 0.5) flag[i >> 3] |= 1 << (i & 7);
      if (random() < 0.1) nullCount += 1;
      else {
        valid[i >> 3] |= 1 << (i & 7);
        reading[i] = random() * 10;
      }
    }
    const valueOffsets = Int32Array.from({ length: length + 1 }, (_, i) => i * codeLength);
    return recordBatch(schema, length, [
      makeData({ type: new Int64(), length, data: id }),
      makeData({ type: new Int32(), length, data: count }),
      makeData({ type: new Float64(), length, data: price }),
      makeData({ type: category, length, data: index, dictionary }),
      makeData({ type: new Utf8(), length, valueOffsets, data: code }),
      makeData({ type: new TimestampMillisecond(), length, data: time }),
      makeData({ type: new Bool(), length, data: flag }),
      makeData({ type: new Float64(), length, nullCount, nullBitmap: valid, data: reading }),
    ]);
  };
  return { schema, batch };
}

function wideMaker() {
  const random = randomSource(7);
  const nextId = rising(randomSource(1), 1000, 5);
  const names = Object.keys(kinds.wide);
  const schema = new Schema(names.map((name, i) => new Field(name, i === 0 ? new Int64() : new Float64(), false)));
  const batch = (length) =>
    recordBatch(
      schema,
      length,
      names.map((_, column) => {
        if (column === 0) return makeData({ type: new Int64(), length, data: fill(new BigInt64Array(length), nextId) });
        return makeData({ type: new Float64(), length, data: fill(new Float64Array(length), () => random() * 1000) });
      }),
    );
  return { schema, batch };
}

function recordBatch(schema, length, children) {
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }));
}

function fill(array, next) {
  for (let i = 0; i < array.length; i += 1) array[i] = next();
  return array;
}

/** Lower-case letters and digits. */
function writeCode(bytes, at, row, random) {
  const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  let seed = Math.floor(random() * 0x1_0000_0000) ^ row;
  for (let i = 0; i < codeLength; i += 1) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
    bytes[at + i] = alphabet.charCodeAt((seed >>> 16) % alphabet.length);
  }
}

/** Whole numbers, each larger than the one before by 1 to `step`. */
function rising(random, start, step) {
  let value = start;
  return () => {
    value += 1 + Math.floor(random() * step);
    return BigInt(value);
  };
}

/** Numbers from 0 to 1, always the same for the same seed (mulberry32). */
function randomSource(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
