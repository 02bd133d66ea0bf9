import type { Data, Field, Schema, Table, Vector } from "apache-arrow";
import { type Arrow, loadArrow } from "../arrow/load-arrow.js";
import { columnOfType } from "./column-of-type.js";
import { inferredType } from "./inferred-type.js";
import { refusal } from "./refusals.js";

/** A value of a column that is given as an array. */
export type ColumnValue = string | number | bigint | boolean | Date | Uint8Array | null;

/** A typed array that is a column as it is. */
export type ColumnArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** One column, by its values. */
export type ColumnInput = ColumnArray | readonly ColumnValue[] | Vector;

/** A table as an object of columns, in the order of its properties. */
export type ColumnsInput = Readonly<Record<string, ColumnInput>>;

/**
 * An Arrow table of an object of columns, without changing a value.
 *
 * | column | becomes |
 * |---|---|
 * | a typed array | the type of its elements: `Float64Array` `Float64`, `BigUint64Array` `Uint64`, … |
 * | `number[]` | `Float64` |
 * | `bigint[]` | `Int64`; outside of its range: an error |
 * | `boolean[]` | `Bool` |
 * | `string[]` | `Utf8`; with a lone surrogate: an error |
 * | `Date[]` | `Timestamp<MILLISECOND, UTC>`; an invalid date: an error |
 * | `Uint8Array[]` | `Binary` |
 * | an array of `null`, or an empty one | `Null` |
 * | an Arrow `Vector` | its type |
 *
 * An array may hold `null` beside values of one kind. `undefined`, holes and mixed kinds are errors that name column and row. With
 * a schema, a column gets the type of its field where each value is exactly one of that type, and is an error otherwise:
 * numbers for integers of up to 32 bits, floats and days; bigints for 64-bit integers, and for times in the unit of the field.
 *
 * @throws LarderError `unequal-columns`, `unsuitable-value`, `schema-mismatch`
 */
export async function columnsToTable(columns: ColumnsInput, schema?: Schema): Promise<Table> {
  const arrow = await loadArrow();
  const names = Object.keys(columns);
  checkLengths(columns, names);
  if (schema !== undefined) checkNames(schema, names);
  const ordered = schema?.fields.map(({ name }) => name) ?? names;
  const fields: Field[] = [];
  const parts: Data[] = [];
  for (const [i, name] of ordered.entries()) {
    const field = schema?.fields[i];
    const data = columnData(arrow, name, columns[name]!, field);
    fields.push(field ?? new arrow.Field(name, data.type, true));
    parts.push(data);
  }
  const rows = parts[0]?.length ?? 0;
  const own = schema ?? new arrow.Schema(fields);
  const struct = arrow.makeData({ type: new arrow.Struct(own.fields), length: rows, nullCount: 0, children: parts });
  return new arrow.Table(own, [new arrow.RecordBatch(own, struct)]);
}

/** Whether a value can be meant as an object of columns. */
export function isColumnsInput(value: unknown): value is ColumnsInput {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(value).every((column) => Array.isArray(column) || isTypedArray(column) || isVector(column));
}

function columnData(arrow: Arrow, name: string, column: ColumnInput, field: Field | undefined): Data {
  if (isVector(column)) return vectorData(column);
  const type = field?.type ?? inferredType(arrow, name, column);
  return columnOfType(arrow, name, column, type, field?.nullable ?? true);
}

/** The one run of a vector. Its type is compared with a schema by the guards, as that of a table is. */
function vectorData(vector: Vector): Data {
  const [only, ...more] = vector.data;
  if (only !== undefined && more.length === 0) return only;
  throw refusal(
    "unsuitable-value",
    "A column was given as an Arrow vector of several chunks. Give the table that it is of, or make it anew.",
  );
}

function checkLengths(columns: ColumnsInput, names: readonly string[]): void {
  const lengths = names.map((name) => columns[name]!.length);
  if (lengths.every((length) => length === lengths[0])) return;
  const listed = names.map((name, i) => `${JSON.stringify(name)} has ${lengths[i]}`).join(", ");
  throw refusal("unequal-columns", `The columns differ in length: ${listed}. Give each a value for each row.`, {
    lengths: Object.fromEntries(names.map((name, i) => [name, lengths[i]])),
  });
}

function checkNames(schema: Schema, names: readonly string[]): void {
  const declared = new Set(schema.fields.map(({ name }) => name));
  const differences = [
    ...schema.fields
      .filter(({ name }) => !names.includes(name))
      .map(({ name }) => `column ${JSON.stringify(name)} is missing`),
    ...names.filter((name) => !declared.has(name)).map((name) => `column ${JSON.stringify(name)} is not declared`),
  ];
  if (differences.length === 0) return;
  throw refusal("schema-mismatch", `The columns are not those of the schema: ${differences.join("; ")}.`, {
    differences,
  });
}

export function isTypedArray(value: unknown): value is ColumnArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function isVector(value: unknown): value is Vector {
  if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  const { data, type, length } = value as Partial<Vector>;
  return Array.isArray(data) && typeof type?.typeId === "number" && typeof length === "number";
}
