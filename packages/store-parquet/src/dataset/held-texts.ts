import type { Data, Utf8 } from "apache-arrow";
import { textsOfAbsent } from "./coverage/cell-coverage.js";
import { orderedEpochs } from "./coverage/ordered-epochs.js";
import type { DatasetContext } from "./dataset-context.js";
import { intersectIds, subtractIds } from "./ids/combine-id-sets.js";
import type { IdSet } from "./ids/id-set.js";
import { idsIn } from "./ids/make-id-set.js";
import { rowsOfIds } from "./ids/rows-of-ids.js";
import type { HeldParts } from "./open-parts.js";
import type { PartRecord } from "./part-record.js";
import { readPartRows } from "./parts/read-part-rows.js";
import { textsOfUtf8 } from "./utf8-column.js";

/**
 * The texts that hold some keys: those of the rows that parts have, and those known to be absent. Costs as much as there are keys
 * that are held: each is read once, from the part that came last.
 *
 * @throws CacheCorruptionError; LarderError `part-gone`
 */
export async function heldTexts(
  { idColumn }: DatasetContext,
  parts: ReadonlyMap<string, PartRecord>,
  held: HeldParts,
  keys: IdSet,
): Promise<Map<bigint, string>> {
  const texts = new Map<bigint, string>();
  let open = keys;
  for (const part of [...parts.values()].reverse()) {
    const met = intersectIds(part.keys, open);
    if (met.size === 0) continue;
    open = subtractIds(open, met);
    const columns = await readPartRows(held.get(part), [idColumn], rowsOfIds(part.keys, met));
    const stored = textsOfUtf8(columns.get(idColumn) as Data<Utf8>);
    for (const [i, key] of idsIn(met).entries()) texts.set(key, stored[i]!);
  }
  for (const [key, text] of textsOfAbsent(orderedEpochs(parts), open)) texts.set(key, text);
  return texts;
}
