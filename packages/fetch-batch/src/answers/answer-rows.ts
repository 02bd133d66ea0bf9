import type { DataType, Field, Table, Vector } from "apache-arrow";
import { jsonOfText } from "../columns/json-text.js";
import { jsonErrorOfCell } from "../errors/json-error-of-cell.js";
import { type Id, idForPeople } from "../ids/ids-for-people.js";
import type { Arrow } from "../load-arrow.js";
import { jsonMark } from "./column-of-values.js";

/** The rows of an answer as objects. @throws JsonParseError */
export function answerRows(arrow: Arrow, table: Table): Record<string, unknown>[] {
  const rows = Array.from({ length: table.numRows }, (): Record<string, unknown> => ({}));
  for (const [i, field] of table.schema.fields.entries()) {
    const values = peopleValues(arrow, table, i);
    // Plain assignment to this name would set the prototype.
    if (field.name === "__proto__") {
      const rest = { writable: true, enumerable: true, configurable: true };
      for (let row = 0; row < rows.length; row++)
        Object.defineProperty(rows[row], field.name, { value: values[row], ...rest });
    } else {
      for (let row = 0; row < rows.length; row++) rows[row]![field.name] = values[row];
    }
  }
  return rows;
}

/** The columns of an answer as arrays. @throws JsonParseError */
export function answerColumns(arrow: Arrow, table: Table): Record<string, ArrayLike<unknown>> {
  const columns = table.schema.fields.map((field, i): [string, ArrayLike<unknown>] => {
    const vector = table.getChildAt(i)!;
    const plain = vector.nullCount === 0 && isPlainNumber(arrow, field.type);
    return [field.name, plain ? (vector.toArray() as ArrayLike<unknown>) : peopleValues(arrow, table, i)];
  });
  return Object.fromEntries(columns);
}

/** Whether the arrays that Arrow keeps a type's values in have the values themselves: those of half floats have their bits. */
function isPlainNumber(arrow: Arrow, type: DataType): boolean {
  if (arrow.DataType.isFloat(type)) return type.precision !== arrow.Precision.HALF;
  return arrow.DataType.isInt(type);
}

/** The values of a column as people see them. */
function peopleValues(arrow: Arrow, table: Table, column: number): unknown[] {
  const field = table.schema.fields[column]!;
  const seen = seenBy(arrow, field, column === 0, (row) =>
    idForPeople(table.getChildAt(0)!.get(row) as bigint | string),
  );
  const values = new Array<unknown>(table.numRows);
  let row = 0;
  for (const data of table.getChildAt(column)!.data) {
    const vector = new arrow.Vector([data]) as Vector<DataType>;
    for (let i = 0; i < vector.length; i++, row++) {
      const value: unknown = vector.get(i);
      values[row] = value === null ? null : seen(value, row);
    }
  }
  return values;
}

function seenBy(
  arrow: Arrow,
  { name, type, metadata }: Field,
  isId: boolean,
  idAt: (row: number) => Id,
): (value: unknown, row: number) => unknown {
  if (isId) return (value) => idForPeople(value as bigint | string);
  if (metadata.get(jsonMark) === "true") return (value, row) => jsonOfColumn(value, name, () => idAt(row));
  if (arrow.DataType.isTimestamp(type) && type.unit <= arrow.TimeUnit.MILLISECOND) {
    return (value) => new Date(Number(value));
  }
  return (value) => value;
}

function jsonOfColumn(value: unknown, column: string, id: () => Id): unknown {
  try {
    return jsonOfText(String(value));
  } catch (error) {
    throw jsonErrorOfCell(error, column, id);
  }
}
