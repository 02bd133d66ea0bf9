// Values of Arrow columns, quickly. `Vector.memoize()` of apache-arrow 21.2 would do for dictionaries, but brings values of the
// first dictionary where batches have dictionaries of their own, as parquet-wasm and Polars give them.
//
// apache-arrow is not imported here: what a contender loads is timed.
/** All values: a typed array where one is there (numbers, and milliseconds as 64-bit integers), else an array. */
export function valuesOf(vector) {
  if (vector.type.dictionary) return valuesOfDictionaries(vector);
  return vector.nullCount === 0 && isStoredAsNumbers(vector.type) ? vector.toArray() : [...vector];
}

/** Row → value. */
export function readerOf(vector) {
  if (!vector.type.dictionary) return (row) => vector.get(row);
  const values = valuesOfDictionaries(vector);
  return (row) => values[row];
}

/** Each entry of a dictionary is made once. */
function valuesOfDictionaries(vector) {
  const values = new Array(vector.length);
  let at = 0;
  for (const data of vector.data) {
    const entries = [...data.dictionary];
    const indices = data.values;
    for (let i = 0; i < data.length; i += 1) values[at + i] = data.getValid(i) ? entries[indices[i]] : null;
    at += data.length;
  }
  return values;
}

function isStoredAsNumbers(type) {
  return /^(Uint|Int)\d|^Float(32|64)|^Timestamp<MILLISECOND/.test(String(type));
}
