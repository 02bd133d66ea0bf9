import { LarderError } from "@larder/core";
import type { DataType, Schema } from "apache-arrow";
import type { Arrow } from "../../arrow/load-arrow.js";
import { columnTypeOf } from "../columns/column-type-of.js";
import { widenedType } from "../columns/widened-type.js";
import { hasAllIds } from "../ids/combine-id-sets.js";
import type { PartColumn, PartRecord } from "../part-record.js";
import type { OpenPart } from "../parts/open-part.js";
import { readPartRange } from "../parts/read-part-rows.js";
import { partIdFields } from "../table-of.js";

/** A column of what is merged. */
export interface MergedColumn {
  readonly name: string;
  readonly type: DataType;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Which columns are merged, and in which types. */
export interface ColumnWish {
  /** The dataset's, in their order. */
  readonly columns: readonly PartColumn[];
  /** Whether columns that none of the parts has are wanted too. */
  readonly everyColumn: boolean;
  /** Types, as text, instead of the dataset's. */
  readonly instead: ReadonlyMap<string, string>;
}

/** The columns of some parts, in the order and with the types that the dataset gives them. `opened` are the same parts. */
export async function mergedColumns(
  arrow: Arrow,
  parts: readonly PartRecord[],
  opened: readonly OpenPart[],
  { columns, everyColumn, instead }: ColumnWish,
): Promise<MergedColumn[]> {
  const held = parts.flatMap((part) => part.columns);
  const names = new Set(held.map(({ name }) => name));
  const registered = columns.filter(({ name }) => everyColumn || names.has(name));
  const known = new Set(columns.map(({ name }) => name));
  const others = [...names].filter((name) => !known.has(name)).map((name) => widenedColumn(name, held));
  // The type as a part has it: its text does not tell all of a nested one.
  const arrowType = async (name: string, type: string): Promise<DataType> => {
    const alike = parts.findIndex((part) =>
      part.columns.some((column) => column.name === name && column.type === type),
    );
    if (alike < 0) return columnTypeOf(arrow, type);
    return (await readPartRange(opened[alike]!, [name], 0, 0)).get(name)!.type;
  };
  return Promise.all(
    [...registered, ...others].map(async ({ name, type, metadata }) => ({
      name,
      type: await arrowType(name, instead.get(name) ?? type),
      ...(metadata && { metadata }),
    })),
  );
}

/** A column that the dataset does not know of, as far as its parts tell. */
function widenedColumn(name: string, held: readonly PartColumn[]): PartColumn {
  const own = held.filter((column) => column.name === name);
  let column = own[0]!;
  for (const other of own.slice(1)) column = { ...column, ...(widenedType(column, other) ?? { type: "Utf8" }) };
  return column;
}

/** The schema of the parts that are made. */
export function mergedSchema(
  arrow: Arrow,
  idColumn: string,
  idKind: "int64" | "text",
  columns: readonly MergedColumn[],
): Schema {
  const fields = columns.map(
    ({ name, type, metadata }) => new arrow.Field(name, type, true, new Map(Object.entries(metadata ?? {}))),
  );
  return new arrow.Schema([...partIdFields(arrow, idColumn, idKind), ...fields]);
}

/** @throws LarderError `damaged-part` where an epoch names cells that its part has not */
export function checkTold(part: PartRecord): void {
  const held = new Set(part.columns.map(({ name }) => name));
  for (const epoch of part.epochs) {
    if (epoch.kind !== "rows") continue;
    const lacking = epoch.columns.find((column) => !held.has(column));
    if (lacking === undefined && hasAllIds(part.keys, epoch.keys)) continue;
    throw new LarderError(
      `The part ${part.name} tells of ${lacking === undefined ? "rows" : `a column ${JSON.stringify(lacking)}`} that it does not have. It was not merged; forget the table's cache.`,
      { code: "damaged-part", facts: { part: part.name, column: lacking } },
    );
  }
}
