import {
  type ArrowLikeData,
  type ArrowLikeField,
  type ArrowLikeTable,
  type ArrowLikeType,
  ArrowTypeId,
  isArrowLikeTable,
} from "../arrow/arrow-like.js";
import { childFields, nestedKind } from "../arrow/nested-kind.js";
import { mostEntries } from "../arrow/type-size.js";
import { typeText } from "../arrow/type-text.js";
import { leafOf } from "../format/parquet-leaf.js";
import { mostSchemaDepth } from "../format/schema-tree.js";

/**
 * Why a value can't be stored as Parquet and brought back exactly, as a sentence that names the column, the type, and where
 * in a nested column it is; `undefined` when it can. Looks at the schema and the shape of the table, not at its values.
 */
export function explainUnstorable(value: unknown): string | undefined {
  if (!isArrowLikeTable(value))
    return "The value is not an Arrow table. Make it one with tableFromArrays of apache-arrow.";
  const names = new Set<string>();
  for (const field of value.schema.fields) {
    const { name } = field;
    if (names.has(name)) {
      return `The table has two columns named ${JSON.stringify(name)}. Parquet readers can't tell them apart: rename one.`;
    }
    names.add(name);
    const reason = explainField(name, field, name, 1);
    if (reason !== undefined) return reason;
  }
  for (const batch of value.batches) {
    const { children } = batch.data;
    if (children.length !== names.size || children.some((child) => child.length !== batch.numRows)) {
      return "The columns of the table differ in length. Build the table anew.";
    }
  }
  return explainTableDictionaries(value);
}

/** @param depth elements of the Parquet schema from the column down to here */
function explainField(column: string, { type }: ArrowLikeField, where: string, depth: number): string | undefined {
  if (depth > mostSchemaDepth) {
    return `Column ${JSON.stringify(column)} is nested too deeply: Larder keeps up to ${mostSchemaDepth} levels of a Parquet schema, and a list takes two. Flatten it.`;
  }
  const below = (child: ArrowLikeField, step: string, levels: number): string | undefined =>
    explainField(column, child, `${where}${step}`, depth + levels);
  const children = childFields(type);
  switch (nestedKind(type)) {
    case undefined:
      return leafOf(type) === undefined ? refused(column, type, where, advice(type)) : undefined;
    case "struct": {
      if (children.length === 0) return refused(column, type, where, "Give the struct a field, or leave it out.");
      const names = new Set(children.map(({ name }) => name));
      if (names.size < children.length)
        return refused(column, type, where, "Give each of its fields a name of its own.");
      return firstReason(children, (child) => below(child, `.${child.name}`, 1));
    }
    case "list": {
      const [element] = children;
      const size = type.typeId === ArrowTypeId.FixedSizeList ? type.listSize : 0;
      if (!element || children.length > 1 || !((size ?? -1) >= 0)) return refused(column, type, where, broken);
      if (type.typeId !== ArrowTypeId.Map) return below(element, "[]", 2);
      const entries = element.type.typeId === ArrowTypeId.Struct ? childFields(element.type) : [];
      if (entries.length !== 2) return refused(column, type, where, broken);
      const steps = ["[].key", "[].value"];
      return firstReason(entries, (entry, i) => below(entry, steps[i]!, 2));
    }
  }
}

const broken = "Build the type anew.";

function firstReason(
  fields: readonly ArrowLikeField[],
  explain: (field: ArrowLikeField, i: number) => string | undefined,
): string | undefined {
  for (const [i, field] of fields.entries()) {
    const reason = explain(field, i);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function refused(column: string, type: ArrowLikeType, where: string, whatToDo: string): string {
  const inside = where === column ? "" : ` at ${JSON.stringify(where)}`;
  return `Column ${JSON.stringify(column)} has${inside} the type ${typeText(type)}, which Larder can't keep exactly in Parquet yet. ${whatToDo}`;
}

/** One dictionary must be able to hold what those of the batches hold. */
function explainTableDictionaries({ schema, batches }: ArrowLikeTable): string | undefined {
  return firstReason(schema.fields, (field, i) =>
    explainDictionaries(
      field,
      batches.map((batch) => batch.data.children[i]!),
      field.name,
    ),
  );
}

function explainDictionaries(
  { type }: ArrowLikeField,
  chunks: readonly ArrowLikeData[],
  where: string,
): string | undefined {
  if (type.typeId !== ArrowTypeId.Dictionary) {
    return firstReason(childFields(type), (child, i) => {
      const below = chunks.flatMap((chunk) => chunk.children?.[i] ?? []);
      return explainDictionaries(child, below, nestedKind(type) === "list" ? `${where}[]` : `${where}.${child.name}`);
    });
  }
  const pieces = new Set(chunks.flatMap((chunk) => chunk.dictionary?.data ?? []));
  const entries = [...pieces].reduce((sum, piece) => sum + piece.length, 0);
  if (pieces.size > 1 && entries > mostEntries(type.indices!)) {
    return `Column ${JSON.stringify(where)} has dictionaries with ${entries} entries together, more than its indices of type ${typeText(type.indices!)} can count. Use wider indices.`;
  }
  return undefined;
}

function advice(type: ArrowLikeType): string {
  if (type.typeId === ArrowTypeId.Dictionary) return "Use a dictionary of strings, bytes or numbers.";
  return "Leave the column out, or turn it into columns of plain types.";
}
