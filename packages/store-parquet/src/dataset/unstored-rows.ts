import { type DatasetIds, type IdKind, LarderError } from "@larder/core";
import type { Data, DataType, Int64, Utf8 } from "apache-arrow";
import type { ArrowLikeTable } from "../arrow/arrow-like.js";
import type { Arrow } from "../arrow/load-arrow.js";
import { takeColumn } from "./columns/take-column.js";
import { asType, type GivenColumn, givenColumn, givenTable } from "./given-column.js";
import { textsOfUtf8 } from "./utf8-column.js";

/** A table in memory and the ids of its rows. */
export interface IdentifiedRows {
  readonly ids: DatasetIds;
  /** Rows at which its chunks begin. */
  readonly starts: readonly number[];
  readonly names: ReadonlySet<string>;
  column(name: string): GivenColumn | undefined;
}

/** The type of a dataset's id column. */
export function idType(arrow: Arrow, idKind: IdKind): DataType {
  return idKind === "int64" ? new arrow.Int64() : new arrow.Utf8();
}

/**
 * Reads the ids of a table's rows.
 *
 * @throws LarderError `unstorable-table`; `invalid-batch` when it lacks the id column or an id; ColumnTypeError
 */
export function identifiedRows(arrow: Arrow, value: unknown, idColumn: string, idKind: IdKind): IdentifiedRows {
  const table = givenTable(value);
  const columns = new Map<string, GivenColumn | undefined>();
  const column = (name: string): GivenColumn | undefined => {
    if (!columns.has(name)) columns.set(name, givenColumn(arrow, table, name));
    return columns.get(name);
  };
  const given = column(idColumn);
  if (!given) {
    throw invalidBatch(`the rows have no column ${JSON.stringify(idColumn)}`, { column: idColumn });
  }
  return {
    ids: idsOf(arrow, given, idColumn, idKind),
    starts: startsOf(table),
    names: new Set(table.schema.fields.map((field) => field.name)),
    column,
  };
}

/** What is given to be stored contradicts itself. */
export function invalidBatch(reason: string, facts: Readonly<Record<string, unknown>> = {}): LarderError {
  return new LarderError(`The batch can't be stored: ${reason}. Give a row for each id found, and each once.`, {
    code: "invalid-batch",
    facts,
  });
}

function idsOf(arrow: Arrow, { chunks }: GivenColumn, idColumn: string, idKind: IdKind): DatasetIds {
  const type = idType(arrow, idKind);
  const typed = chunks.map((chunk) => {
    if (chunk.length > 0 && (chunk.nullCount > 0 || chunk.type.typeId === arrow.Type.Null)) {
      throw invalidBatch(`a row has null in ${JSON.stringify(idColumn)}`, { column: idColumn });
    }
    return chunk.length === 0 ? undefined : asType(arrow, chunk, type, idColumn);
  });
  const whole = typed.filter((chunk): chunk is Data => chunk !== undefined);
  if (idKind === "text") return whole.flatMap((chunk) => textsOfUtf8(plain(arrow, chunk, type) as Data<Utf8>));
  const length = whole.reduce((sum, chunk) => sum + chunk.length, 0);
  const ids = new BigInt64Array(length);
  let at = 0;
  for (const chunk of whole) {
    ids.set((plain(arrow, chunk, type) as Data<Int64>).values.subarray(0, chunk.length), at);
    at += chunk.length;
  }
  return ids;
}

/** A column whose buffers begin at its first row and end at its last. */
function plain(arrow: Arrow, data: Data, type: DataType): Data {
  const row = new Int32Array(data.length);
  for (let i = 0; i < row.length; i++) row[i] = i;
  return takeColumn(arrow, type, [data], { length: row.length, row });
}

function startsOf(table: ArrowLikeTable): number[] {
  const starts: number[] = [];
  let at = 0;
  for (const batch of table.batches) {
    starts.push(at);
    at += batch.numRows;
  }
  return starts;
}
