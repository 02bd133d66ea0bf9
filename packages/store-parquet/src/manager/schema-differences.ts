import type { ArrowLikeField } from "../arrow/arrow-like.js";
import { typeText } from "../arrow/type-text.js";

/** A schema as far as it is compared: fields in their order. */
export interface FieldsOfTable {
  readonly fields: readonly ArrowLikeField[];
}

/**
 * How the columns of a table differ from those declared, a sentence each; none when names, order and types are the same.
 * Whether a field says that it may be null is not compared: whether it holds one is for {@link firstNull} to say.
 */
export function schemaDifferences(declared: FieldsOfTable, actual: FieldsOfTable): string[] {
  const differences: string[] = [];
  const byName = new Map(actual.fields.map((field) => [field.name, field]));
  const names = new Set(declared.fields.map(({ name }) => name));
  for (const { name, type } of declared.fields) {
    const found = byName.get(name);
    if (found === undefined) {
      differences.push(`column ${JSON.stringify(name)} is missing`);
    } else if (typeText(found.type) !== typeText(type)) {
      differences.push(`column ${JSON.stringify(name)} is ${typeText(found.type)} instead of ${typeText(type)}`);
    }
  }
  for (const { name } of actual.fields) {
    if (!names.has(name)) differences.push(`column ${JSON.stringify(name)} is not declared`);
  }
  if (actual.fields.length !== byName.size) differences.push("a name is used for two columns");
  const isInOrder = actual.fields.every(({ name }, i) => declared.fields[i]?.name === name);
  if (differences.length === 0 && !isInOrder) {
    const order = declared.fields.map(({ name }) => JSON.stringify(name)).join(", ");
    differences.push(`its columns come in another order than ${order}`);
  }
  return differences;
}

/** Arrow data as far as its nulls are looked for. */
interface DataWithNulls {
  readonly length: number;
  readonly nullCount: number;
  getValid?(index: number): boolean;
}

/** A null where the declared schema allows none, as a sentence; `undefined` when there is none. Rows count from `firstRow`. */
export function firstNull(
  declared: FieldsOfTable,
  columns: readonly DataWithNulls[],
  firstRow: number,
): string | undefined {
  for (const [i, { name, nullable }] of declared.fields.entries()) {
    const column = columns[i];
    if (nullable || column === undefined || column.nullCount === 0) continue;
    let row = 0;
    while (row < column.length && column.getValid?.(row) === true) row++;
    return `column ${JSON.stringify(name)} is null in row ${firstRow + row}, and is declared not nullable`;
  }
  return undefined;
}
