/**
 * Rows of a row group: start and end of each run (`[start₀, end₀, start₁, end₁, …]`, ends exclusive), in order, none empty,
 * none touching the next. Rows count from the start of the row group.
 */
export type RowRuns = Int32Array;

/** All rows from `start` to `end`. */
export function oneRun(start: number, end: number): RowRuns {
  return end > start ? Int32Array.of(start, end) : new Int32Array(0);
}

/** How many rows there are. */
export function countRows(runs: RowRuns): number {
  let rows = 0;
  for (let i = 0; i < runs.length; i += 2) rows += runs[i + 1]! - runs[i]!;
  return rows;
}

/** The rows that are in both. */
export function intersectRuns(left: RowRuns, right: RowRuns): RowRuns {
  const runs = new Int32Array(left.length + right.length);
  let count = 0;
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    const start = Math.max(left[i]!, right[j]!);
    const end = Math.min(left[i + 1]!, right[j + 1]!);
    if (start < end) {
      runs[count++] = start;
      runs[count++] = end;
    }
    if (left[i + 1]! < right[j + 1]!) i += 2;
    else j += 2;
  }
  return runs.slice(0, count);
}

/** The rows that are in either. */
export function uniteRuns(left: RowRuns, right: RowRuns): RowRuns {
  const runs: number[] = [];
  for (let i = 0, j = 0; i < left.length || j < right.length; ) {
    const useLeft = j >= right.length || (i < left.length && left[i]! <= right[j]!);
    const start = useLeft ? left[i]! : right[j]!;
    const end = useLeft ? left[i + 1]! : right[j + 1]!;
    if (useLeft) i += 2;
    else j += 2;
    addRun(runs, start, end);
  }
  return Int32Array.from(runs);
}

/** Of the rows, those from the `offset`-th, at most `length` of them. */
export function sliceRuns(runs: RowRuns, offset: number, length: number): RowRuns {
  const sliced: number[] = [];
  let at = 0;
  const end = offset + length;
  for (let i = 0; i < runs.length && at < end; i += 2) {
    const start = runs[i]!;
    const size = runs[i + 1]! - start;
    const from = Math.max(offset - at, 0);
    const to = Math.min(end - at, size);
    if (from < to) sliced.push(start + from, start + to);
    at += size;
  }
  return Int32Array.from(sliced);
}

/** Of the rows, those whose places among them are given, in ascending order. `before` is taken off each place. */
export function pickRows(runs: RowRuns, places: Float64Array | Int32Array, before: number): RowRuns {
  const picked: number[] = [];
  let run = 0;
  let runPlace = 0;
  for (const place of places) {
    const wanted = place - before;
    while (wanted >= runPlace + runs[run + 1]! - runs[run]!) {
      runPlace += runs[run + 1]! - runs[run]!;
      run += 2;
    }
    const row = runs[run]! + wanted - runPlace;
    addRun(picked, row, row + 1);
  }
  return Int32Array.from(picked);
}

/** Of the rows, those with a 1 in the mask, which has a byte for each of them. */
export function maskedRuns(runs: RowRuns, mask: Uint8Array): RowRuns {
  const kept: number[] = [];
  let at = 0;
  for (let i = 0; i < runs.length; i += 2) {
    const shift = runs[i]! - at;
    const end = at + runs[i + 1]! - runs[i]!;
    while (at < end) {
      // Native code finds the next one faster than a loop.
      const first = mask.indexOf(1, at);
      if (first < 0 || first >= end) break;
      const next = mask.indexOf(0, first);
      const last = next < 0 || next > end ? end : next;
      addRun(kept, first + shift, last + shift);
      at = last;
    }
    at = end;
  }
  return Int32Array.from(kept);
}

/**
 * The number of each row, counted from where the row group begins with `first`, into `numbers` from `at` on.
 *
 * @returns the place behind the last one
 */
export function rowNumbers(runs: RowRuns, first: number, numbers: Int32Array, at: number): number {
  let place = at;
  for (let i = 0; i < runs.length; i += 2) {
    for (let row = runs[i]! + first, end = runs[i + 1]! + first; row < end; row++) numbers[place++] = row;
  }
  return place;
}

/** The rows as runs: `count` of them, ascending and distinct. */
export function runsOfRows(rows: Int32Array, count: number): RowRuns {
  const runs = new Int32Array(count * 2);
  let end = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    if (end > 0 && runs[end - 1] === row) runs[end - 1] = row + 1;
    else {
      runs[end++] = row;
      runs[end++] = row + 1;
    }
  }
  return end === runs.length ? runs : runs.slice(0, end);
}

/** Whether all rows of a row group are wanted. */
export function areAllRows(runs: RowRuns, rows: number): boolean {
  return runs.length === 2 && runs[0] === 0 && runs[1] === rows;
}

function addRun(runs: number[], start: number, end: number): void {
  const last = runs.length - 1;
  if (last > 0 && start <= runs[last]!) runs[last] = Math.max(runs[last]!, end);
  else runs.push(start, end);
}
