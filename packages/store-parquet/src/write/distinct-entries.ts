import { LarderError } from "@larder/core";
import type { ArrowLikeField } from "../arrow/arrow-like.js";
import { nestedKind } from "../arrow/nested-kind.js";
import { mostEntries } from "../arrow/type-size.js";
import { typeText } from "../arrow/type-text.js";
import { getBit } from "../format/bitmaps.js";
import { eachValue, type GatheredRows } from "./gather-column.js";

/** Counts the distinct entries that a dictionary column has used so far, over all row groups. */
export interface DistinctEntries {
  /**
   * Adds the entries that are not null.
   *
   * @throws LarderError `unstorable-table` when they are more than the column's indices can count: readers make one dictionary of
   *   those of all row groups
   */
  add(entries: GatheredRows): void;
  /** Of a nested column: the counter for a dictionary inside it, the same for the same place. */
  inside?(leaf: ArrowLikeField, where: string): DistinctEntries | undefined;
}

/** The counter for a column, or `undefined` where its indices can count more than memory holds. */
export function distinctEntries({ name, type }: ArrowLikeField): DistinctEntries | undefined {
  if (nestedKind(type)) return distinctEntriesInside();
  if (!type.dictionary || (type.indices?.bitWidth ?? 32) > 16) return undefined;
  const most = mostEntries(type.indices!);
  const seen = new Set<string>();
  return {
    add(entries) {
      eachValue(entries, (bytes, start, end, i) => {
        if (entries.validity && getBit(entries.validity, i) === 0) return;
        seen.add(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1"));
      });
      if (seen.size > most) {
        throw new LarderError(
          `Column ${JSON.stringify(name)} has more than ${most} distinct dictionary entries, which is all that its indices of type ${typeText(type.indices!)} can count. Use wider indices.`,
          { code: "unstorable-table", facts: { column: name, most } },
        );
      }
    },
  };
}

function distinctEntriesInside(): DistinctEntries {
  const known = new Map<string, DistinctEntries | undefined>();
  return {
    add() {},
    inside(leaf, where) {
      if (!known.has(where)) known.set(where, distinctEntries({ ...leaf, name: where }));
      return known.get(where);
    },
  };
}
