import { uniteIds } from "../ids/combine-id-sets.js";
import { type Container, emptyIds, type IdSet, setOfContainers } from "../ids/id-set.js";
import { rowsOfIds } from "../ids/rows-of-ids.js";
import type { Epoch } from "../part-record.js";
import { type JoinRules, joinEpochs } from "./join-epochs.js";
import type { KeyRange } from "./key-range.js";
import { keysIn } from "./merge-runs.js";
import type { MergeEpochs } from "./settle-slice.js";
import type { SurvivingPiece } from "./surviving-pieces.js";

/** What epochs still say after a merge, gathered slice by slice. */
export interface CarriedEpochs {
  /** Takes in what survives of a slice. Slices come in ascending order of their keys. */
  add(pieces: readonly SurvivingPiece[]): void;
  /** The epochs of a file that holds a range of keys; joined where there are many. */
  epochsOf(range: KeyRange): Epoch[];
}

interface Carried {
  readonly epoch: number;
  readonly groups: readonly number[];
  readonly pieces: IdSet[];
  keys?: IdSet;
}

/** @param keepAll - whether an epoch that tells of all keys is to be kept */
export function carriedEpochs(merge: MergeEpochs, rules: JoinRules, keepAll: (epoch: Epoch) => boolean): CarriedEpochs {
  const carried = new Map<string, Carried>();
  const ofAll = merge.epochs.flatMap(({ epoch }) => (epoch.keys === undefined && keepAll(epoch) ? [epoch] : []));
  // The last of them says all that the others do.
  const lastOfAll = ofAll.at(-1);
  return {
    add(pieces) {
      for (const { epoch, groups, keys } of pieces) {
        const name = `${epoch}:${groups.join()}`;
        const own = carried.get(name) ?? { epoch, groups, pieces: [] };
        own.pieces.push(keys);
        carried.set(name, own);
      }
    },
    epochsOf(range) {
      const cut = [...carried.values()].flatMap((own) => {
        own.keys ??= joinPieces(own.pieces);
        const keys = keysIn(own.keys, range);
        return keys.size === 0 ? [] : [{ place: own.epoch, epoch: cutEpoch(merge, own, keys) }];
      });
      const ordered = cut.sort((a, b) => a.place - b.place).map(({ epoch }) => epoch);
      const joined = joinEpochs(ordered, rules);
      return lastOfAll ? [...joined, lastOfAll].sort((a, b) => a.sequence - b.sequence) : joined;
    },
  };
}

function cutEpoch({ epochs, groups }: MergeEpochs, own: Carried, keys: IdSet): Epoch {
  const { epoch } = epochs[own.epoch]!;
  if (epoch.kind === "rows") return { ...epoch, keys, columns: own.groups.flatMap((group) => groups[group]!) };
  if (epoch.kind === "invalid" || !epoch.texts || keys.size === epoch.keys.size) return { ...epoch, keys };
  const { texts } = epoch;
  return { ...epoch, keys, texts: Array.from(rowsOfIds(epoch.keys, keys), (row) => texts[row]!) };
}

/** Sets that follow each other, as one. */
export function joinPieces(pieces: readonly IdSet[]): IdSet {
  const containers: Container[] = [];
  for (const piece of pieces) {
    const [first, ...rest] = piece.containers;
    const last = containers.at(-1);
    if (first && last?.high === first.high) {
      containers[containers.length - 1] = uniteIds(setOfContainers([last]), setOfContainers([first])).containers[0]!;
    } else if (first) containers.push(first);
    for (const container of rest) containers.push(container);
  }
  return containers.length === 0 ? emptyIds : setOfContainers(containers);
}
