import type { CellCoverage } from "@larder/core";
import { intersectIds, subtractIds } from "../ids/combine-id-sets.js";
import type { IdSet } from "../ids/id-set.js";
import { idsOutside } from "../ids/ids-outside.js";
import { idSetOf, idsIn } from "../ids/make-id-set.js";
import { placesOfIds } from "../ids/places-of-ids.js";
import { rowsOfIds } from "../ids/rows-of-ids.js";
import type { TextKey } from "../text-keys.js";
import { keysOfTexts } from "../text-keys.js";
import type { KnownSets } from "./coverage-index.js";
import type { PlacedEpoch } from "./ordered-epochs.js";

/** Which of some numeric ids are known. `columns` are those that `sets.known` stands for. */
export function coverageOfNumbers(ids: BigInt64Array, columns: readonly string[], sets: KnownSets): CellCoverage {
  const missing = idsOutside(sets.settled, ids);
  let missingIds: BigInt64Array | undefined;
  let absentIds: BigInt64Array | undefined;
  return {
    get missing() {
      missingIds ??= idsIn(missing);
      return missingIds;
    },
    get absent() {
      absentIds ??= sets.absent.size === 0 ? new BigInt64Array(0) : idsIn(intersectIds(sets.absent, idSetOf(ids)));
      return absentIds;
    },
    missingCells() {
      let groups: { columns: string[]; ids: IdSet }[] = [{ columns: [], ids: missing }];
      for (const [i, column] of columns.entries()) {
        groups = groups.flatMap((group) => [
          { columns: [...group.columns, column], ids: subtractIds(group.ids, sets.known[i]!) },
          { columns: group.columns, ids: intersectIds(group.ids, sets.known[i]!) },
        ]);
        groups = groups.filter((group) => group.ids.size > 0);
      }
      return groups.filter((group) => group.ids.size > 0).map((group) => ({ ...group, ids: idsIn(group.ids) }));
    },
  };
}

/**
 * Which of some texts are known, by their keys. A text whose key is that of another text which has rows counts as known: no file
 * is opened here; reading compares the texts.
 */
export function coverageOfTexts(
  ids: readonly string[],
  columns: readonly string[],
  sets: KnownSets,
  textKey: TextKey,
  epochs: readonly PlacedEpoch[],
): CellCoverage {
  const texts = [...new Set(ids)];
  const keys = keysOfTexts(texts, textKey);
  const known = placesOfIds(sets.complete, keys);
  const absences = placesOfIds(sets.absent, keys);
  const textOfKey = textsOfAbsent(epochs, idSetOf(keys.filter((_, i) => known[i]! < 0 && absences[i]! >= 0)));
  const missing: string[] = [];
  const absent: string[] = [];
  for (const [i, text] of texts.entries()) {
    if (known[i]! >= 0) continue;
    (absences[i]! >= 0 && textOfKey.get(keys[i]!) === text ? absent : missing).push(text);
  }
  missing.sort();
  absent.sort();
  return { missing, absent, missingCells: () => missingTextCells(missing, columns, sets, textKey) };
}

/** The text that each of some keys stands for where it was ever absent: the one stored last. */
export function textsOfAbsent(epochs: readonly PlacedEpoch[], keys: IdSet): Map<bigint, string> {
  const texts = new Map<bigint, string>();
  let open = keys;
  for (let i = epochs.length - 1; i >= 0 && open.size > 0; i--) {
    const { epoch } = epochs[i]!;
    if (epoch.kind !== "absent" || epoch.texts === undefined) continue;
    const met = intersectIds(epoch.keys, open);
    if (met.size === 0) continue;
    open = subtractIds(open, met);
    const places = rowsOfIds(epoch.keys, met);
    for (const [n, key] of idsIn(met).entries()) texts.set(key, epoch.texts[places[n]!]!);
  }
  return texts;
}

function missingTextCells(
  missing: readonly string[],
  columns: readonly string[],
  sets: KnownSets,
  textKey: TextKey,
): ReturnType<CellCoverage["missingCells"]> {
  const keys = keysOfTexts(missing, textKey);
  const places = sets.known.map((set) => placesOfIds(set, keys));
  const groups = new Map<string, { columns: string[]; ids: string[] }>();
  for (const [i, text] of missing.entries()) {
    let lacks = "";
    for (const place of places) lacks += place[i]! >= 0 ? "0" : "1";
    const group = groups.get(lacks) ?? { columns: columns.filter((_, c) => lacks[c] === "1"), ids: [] };
    groups.set(lacks, group);
    group.ids.push(text);
  }
  return [...groups.values()];
}
