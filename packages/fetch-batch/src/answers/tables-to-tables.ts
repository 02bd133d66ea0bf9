import type { DatasetIds } from "@larder/core";
import type { RecordBatch, Table } from "apache-arrow";
import { type ColumnSource, sourceWithin } from "../columns/column-sources.js";
import { ColumnNotFoundError } from "../errors/column-not-found-error.js";
import { chosenIds } from "../ids/chosen-ids.js";
import { idForPeople } from "../ids/ids-for-people.js";
import type { Arrow } from "../load-arrow.js";
import type { AnswerAsk } from "./answer-ask.js";
import type { AskedIds } from "./asked-ids.js";
import type { AnswerPart } from "./checked-answer.js";
import { columnOfValues } from "./column-of-values.js";
import { typeOf, valueWithin } from "./rows-to-table.js";
import { type ColumnInRuns, tableOfRuns } from "./table-of-columns.js";

/** Rows of one record batch that lie together, and where their ids stand among those asked for. */
interface Run {
  readonly batch: RecordBatch;
  readonly start: number;
  readonly places: number[];
}

/**
 * The rows of Arrow tables that were asked for, in the order they came, columns in the types they have; a part for each stretch of
 * tables with the same types.
 *
 * @throws as `checkedAnswer`
 */
export function tablesToTables(
  arrow: Arrow,
  ask: AnswerAsk,
  asked: AskedIds,
  tables: readonly Table[],
): readonly AnswerPart[] {
  const parts: AnswerPart[] = [];
  let alike: Table[] = [];
  const end = () => {
    const part = alike.length === 0 ? undefined : partOfTables(arrow, ask, asked, alike);
    if (part !== undefined) parts.push(part);
    alike = [];
  };
  for (const table of tables) {
    if (table.numRows === 0) continue;
    if (alike.length > 0 && !sameFields(alike[0]!, table)) end();
    alike.push(table);
  }
  end();
  return parts;
}

function partOfTables(arrow: Arrow, ask: AnswerAsk, asked: AskedIds, tables: readonly Table[]): AnswerPart | undefined {
  const { fields } = tables[0]!.schema;
  const fieldAt = (name: string) => fields.findIndex((field) => field.name === name);
  const runs = tables.flatMap((table) => table.batches.flatMap((batch) => askedRuns(batch, ask, asked)));
  if (runs.length === 0) return undefined;
  const lacking: string[] = [];
  const columns: ColumnInRuns[] = [];
  for (const asSource of ask.sources) {
    const source = sourceWithin(asSource, (name) => fieldAt(name) !== -1);
    if (source === undefined) lacking.push(asSource.name);
    else if (source.path.length === 0) columns.push(wholeColumn(arrow, source, fieldAt(source.column), runs));
    else columns.push(columnWithin(arrow, ask, source, fieldAt(source.column), runs));
  }
  if (lacking.length > 0)
    throw new ColumnNotFoundError(ask.table, lacking, [...new Set(fields.map(({ name }) => name))].sort());
  const ids = runs.map((run) => idsAt(ask.ids, run.places));
  const found = new Uint8Array(ask.ids.length);
  for (const { places } of runs) for (const place of places) found[place] = 1;
  return {
    ids: chosenIds(ask.ids, (place) => found[place] === 1),
    rows: tableOfRuns(arrow, ask.idColumn, ids, columns),
  };
}

function askedRuns(batch: RecordBatch, ask: AnswerAsk, asked: AskedIds): Run[] {
  const ids = batch.getChild(ask.idColumn);
  const runs: Run[] = [];
  let open: Run | undefined;
  for (let row = 0; row < batch.numRows; row++) {
    const place = asked.placeOf(ids?.get(row) as unknown);
    if (place === -1) {
      open = undefined;
      continue;
    }
    if (open === undefined) {
      open = { batch, start: row, places: [] };
      runs.push(open);
    }
    open.places.push(place);
  }
  return runs;
}

function wholeColumn(arrow: Arrow, { name }: ColumnSource, fieldPlace: number, runs: readonly Run[]): ColumnInRuns {
  const { type, metadata } = runs[0]!.batch.schema.fields[fieldPlace]!;
  const data = runs.map(({ batch, start, places }) => {
    const whole = batch.data.children[fieldPlace]!;
    return start === 0 && places.length === whole.length ? whole : whole.slice(start, places.length);
  });
  return { field: new arrow.Field(name, type, true, metadata), data };
}

function columnWithin(
  arrow: Arrow,
  ask: AnswerAsk,
  { name, path }: ColumnSource,
  fieldPlace: number,
  runs: readonly Run[],
): ColumnInRuns {
  const values: unknown[] = [];
  const places: number[] = [];
  for (const { batch, start, places: own } of runs) {
    const roots = batch.getChildAt(fieldPlace)!;
    for (const [i, place] of own.entries()) {
      const root: unknown = roots.get(start + i);
      const value = typeof root === "string" || root === null ? root : plainJson(root);
      values.push(valueWithin(value, path, name, () => idForPeople(ask.ids[place]!)));
      places.push(place);
    }
  }
  const idAt = (row: number) => idForPeople(ask.ids[places[row]!]!);
  const { field, data } = columnOfValues(arrow, name, values, idAt, typeOf(ask, name));
  let at = 0;
  const pieces = runs.map((run) => {
    const piece = data.slice(at, run.places.length);
    at += run.places.length;
    return piece;
  });
  return { field, data: pieces };
}

/** Structs, maps and lists of Arrow as plain objects and arrays. */
function plainJson(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { toJSON, toArray } = value as { toJSON?: () => unknown; toArray?: () => ArrayLike<unknown> };
  if (typeof toArray === "function" && typeof (value as { length?: unknown }).length === "number") {
    return Array.from(toArray.call(value), plainJson);
  }
  if (typeof toJSON !== "function" || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(toJSON.call(value) as object).map(([key, inner]) => [key, plainJson(inner)]),
  );
}

function sameFields(left: Table, right: Table): boolean {
  const fields = right.schema.fields;
  return (
    left.schema.fields.length === fields.length &&
    left.schema.fields.every(
      ({ name, type }, i) =>
        name === fields[i]!.name && (type === fields[i]!.type || String(type) === String(fields[i]!.type)),
    )
  );
}

function idsAt(ids: DatasetIds, places: readonly number[]): DatasetIds {
  if (!(ids instanceof BigInt64Array)) return places.map((place) => ids[place]!);
  return BigInt64Array.from(places, (place) => ids[place]!);
}
