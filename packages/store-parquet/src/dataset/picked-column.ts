import type { Data, DataType } from "apache-arrow";
import type { Arrow } from "../arrow/load-arrow.js";
import { type CellPicks, sourcePlaces } from "./cell-sources.js";
import { takeColumn } from "./columns/take-column.js";

/** Chunks joined at once. */
const joinedSources = 1024;

/** Rows picked from any number of sources, like `takeColumn`. */
export function pickedColumn(arrow: Arrow, type: DataType, sources: readonly Data[], { row, source }: CellPicks): Data {
  const { length } = row;
  if (sources.length < 2 || !source) return takeColumn(arrow, type, sources, { length, row });
  if (source instanceof Uint16Array) return takeColumn(arrow, type, sources, { length, row, source });
  const joined: Data[] = [];
  const starts = new Int32Array(sources.length);
  for (let first = 0; first < sources.length; first += joinedSources) {
    const block = sources.slice(first, first + joinedSources);
    let start = 0;
    for (const [i, chunk] of block.entries()) {
      starts[first + i] = start;
      start += chunk.length;
    }
    joined.push(joinedColumn(arrow, type, block));
  }
  const places = sourcePlaces(length, joined.length);
  for (let i = 0; i < length; i++) places[i] = Math.floor(source[i]! / joinedSources);
  return pickedColumn(arrow, type, joined, {
    row: row.map((at, i) => (at < 0 ? at : at + starts[source[i]!]!)),
    source: places,
  });
}

/** Chunks of one type, fewer than 65,536, as one. */
function joinedColumn(arrow: Arrow, type: DataType, chunks: readonly Data[]): Data {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const row = new Int32Array(length);
  const source = new Uint16Array(length);
  let at = 0;
  for (const [place, chunk] of chunks.entries()) {
    for (let i = 0; i < chunk.length; i++) {
      row[at] = i;
      source[at++] = place;
    }
  }
  return takeColumn(arrow, type, chunks, { length, row, source });
}
