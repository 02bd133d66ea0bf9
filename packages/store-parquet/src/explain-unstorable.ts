import { type ArrowLikeTable, type ArrowLikeType, ArrowTypeId, isArrowLikeTable } from "./arrow-like.js";
import { mostEntries } from "./dictionary-union.js";
import { leafOf } from "./parquet-leaf.js";
import { typeText } from "./type-text.js";

/**
 * Why a value can't be stored as Parquet and brought back exactly, as a sentence that names the column and its type;
 * `undefined` when it can. Looks at the schema and the shape of the table, not at its values.
 */
export function explainUnstorable(value: unknown): string | undefined {
  if (!isArrowLikeTable(value))
    return "The value is not an Arrow table. Make it one with tableFromArrays of apache-arrow.";
  const names = new Set<string>();
  for (const { name, type } of value.schema.fields) {
    if (names.has(name)) {
      return `The table has two columns named ${JSON.stringify(name)}. Parquet readers can't tell them apart: rename one.`;
    }
    names.add(name);
    if (leafOf(type) === undefined) {
      return `Column ${JSON.stringify(name)} has the type ${typeText(type)}, which Larder can't keep exactly in Parquet yet. ${advice(type)}`;
    }
  }
  for (const batch of value.batches) {
    const { children } = batch.data;
    if (children.length !== names.size || children.some((child) => child.length !== batch.numRows)) {
      return "The columns of the table differ in length. Build the table anew.";
    }
  }
  return explainDictionaries(value);
}

/** One dictionary must be able to hold what those of the batches hold. */
function explainDictionaries({ schema, batches }: ArrowLikeTable): string | undefined {
  for (const [i, { name, type }] of schema.fields.entries()) {
    if (type.typeId !== ArrowTypeId.Dictionary) continue;
    const pieces = new Set(batches.flatMap((batch) => batch.data.children[i]!.dictionary?.data ?? []));
    const entries = [...pieces].reduce((sum, piece) => sum + piece.length, 0);
    if (pieces.size > 1 && entries > mostEntries(type.indices!)) {
      return `Column ${JSON.stringify(name)} has dictionaries with ${entries} entries together, more than its indices of type ${typeText(type.indices!)} can count. Use wider indices.`;
    }
  }
  return undefined;
}

function advice(type: ArrowLikeType): string {
  if (type.typeId === ArrowTypeId.Dictionary) return "Use a dictionary of strings, bytes or numbers.";
  return "Leave the column out, or turn it into columns of plain types.";
}
