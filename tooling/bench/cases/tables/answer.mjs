// A digest of what an operation brought, whatever form it came in: contenders with the same values have the same digest.
// Every value of every column counts, with its place: a null, a swapped row or one wrong bit changes it.
//
// Kinds of columns: "integer" (number or bigint), "float", "text", "boolean", "time" (milliseconds, as a number, a bigint, a Date,
// or DuckDB's own).
import { readerOf } from "./arrow-values.mjs";

/**
 * @param {object} result - one of { arrow: Table }, { chunks: [{ name, start, values }] }, { rows: object[] },
 *   { vectors: [{ name, start, vector }] } (vectors of DuckDB)
 * @param {Record<string, string>} columns - kind of every column that must be there
 * @param {{ every?: number, sortBy?: string }} [options] - every: look at each row (1) or at each n-th;
 *   sortBy: a column of integers by which rows are brought into order first
 * @returns {string} number of rows, and a number for each column
 */
export function answerOf(result, columns, { every = 1, sortBy } = {}) {
  if (result.rows) return answerOfRows(result.rows, columns, every, sortBy);
  const names = Object.keys(columns);
  const parts = names.map((name) => digestParts(partsOf(result, name), columns[name], every));
  const counts = new Set(parts.map(({ count }) => count));
  if (counts.size !== 1) throw new Error(`columns of different lengths: ${[...counts].join(", ")}`);
  return format(parts[0].count, names, (i) => parts[i].digest);
}

function answerOfRows(rows, columns, every, sortBy) {
  const names = Object.keys(columns);
  const order = Array.from(rows, (_, row) => row);
  if (sortBy) order.sort((left, right) => Number(BigInt(rows[left][sortBy]) - BigInt(rows[right][sortBy])));
  const digests = names.map((name) => {
    const hash = hashes[columns[name]];
    let sum = 0;
    for (let place = 0; place < order.length; place += every) sum = add(sum, hash(rows[order[place]][name]), place);
    return sum;
  });
  return format(rows.length, names, (i) => digests[i]);
}

function format(count, names, digest) {
  return `${count} rows; ${names.map((name, i) => `${name} ${digest(i).toString(16)}`).join(", ")}`;
}

/** The column as runs of values: { start, length, value(i) }, in order. */
function partsOf(result, name) {
  if (result.arrow) return arrowParts(result.arrow.getChild(name));
  const list = (result.chunks ?? result.vectors)
    .filter((chunk) => chunk.name === name)
    .sort((left, right) => left.start - right.start);
  return list.map(({ start, values, vector }) =>
    values
      ? { start, length: values.length, value: (i) => values[i] }
      : { start, length: vector.itemCount, value: (i) => vector.getItem(i) },
  );
}

function arrowParts(column) {
  if (!column) return [];
  return [{ start: 0, length: column.length, value: readerOf(column) }];
}

function digestParts(parts, kind, every) {
  const hash = hashes[kind];
  let count = 0;
  let digest = 0;
  for (const { start, length, value } of parts) {
    if (start !== count) throw new Error(`rows from ${count} to ${start} are missing, or there twice`);
    for (let i = (every - (start % every)) % every; i < length; i += every) {
      digest = add(digest, hash(value(i)), start + i);
    }
    count += length;
  }
  return { count, digest };
}

function add(sum, hash, place) {
  return (sum + Math.imul(hash, 2 * place + 1)) >>> 0;
}

const nullHash = 0x5bd1e995;
const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);
const long = new BigInt64Array(number.buffer);

function mix(low, high) {
  let hash = Math.imul(low ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(high, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x27d4eb2f);
  return hash ^ (hash >>> 13);
}

function hashInteger(value) {
  if (value === null || value === undefined) return nullHash;
  if (typeof value === "number") return mix(value >>> 0, Math.floor(value / 0x1_0000_0000) >>> 0);
  long[0] = value;
  return mix(words[0], words[1]);
}

function hashFloat(value) {
  if (value === null || value === undefined) return nullHash;
  if (typeof value !== "number") throw new Error(`a float came as ${typeof value}`);
  number[0] = value;
  return mix(words[0], words[1]);
}

function hashText(value) {
  if (value === null || value === undefined) return nullHash;
  if (typeof value !== "string") throw new Error(`a text came as ${typeof value}`);
  let hash = 0x811c9dc5;
  for (let i = 0; i < value.length; i += 1) hash = Math.imul(hash ^ value.charCodeAt(i), 0x01000193);
  return hash;
}

function hashBoolean(value) {
  if (value === null || value === undefined) return nullHash;
  if (typeof value !== "boolean") throw new Error(`a boolean came as ${typeof value}`);
  return value ? 0x3c6ef372 : 0x1b873593;
}

function hashTime(value) {
  if (value === null || value === undefined) return nullHash;
  if (value instanceof Date) return hashInteger(value.getTime());
  if (typeof value !== "object") return hashInteger(value);
  return hashInteger(value.millis ?? value.milliseconds ?? value.micros / 1000n);
}

const hashes = { integer: hashInteger, float: hashFloat, text: hashText, boolean: hashBoolean, time: hashTime };
