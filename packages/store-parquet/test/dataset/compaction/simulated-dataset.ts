import { chooseMerge } from "../../../src/dataset/compaction/choose-merge.js";
import { keysIn, type MergeRun, mergeRuns } from "../../../src/dataset/compaction/merge-runs.js";
import { uniteAllIds } from "../../../src/dataset/ids/combine-id-sets.js";
import { cutIds } from "../../../src/dataset/ids/cut-id-sets.js";
import type { IdSet } from "../../../src/dataset/ids/id-set.js";
import type { PartPlace, PartRecord } from "../../../src/dataset/part-record.js";

/** What files would take: about what parts of a few columns do. */
const bytesPerFile = 3000;
const bytesPerRow = 40;

/** A dataset of which there are only sizes and keys. */
export interface SimulatedDataset {
  append(keys: IdSet): void;
  figures(): { storedBytes: number; compactedBytes: number; rows: number; baseFiles: number; mostParts: number };
  parts(): readonly PartRecord[];
}

export function simulatedDataset(partBytes = 100_000_000): SimulatedDataset {
  let parts: PartRecord[] = [];
  let counter = 0;
  let storedBytes = 0;
  let compactedBytes = 0;
  let mostParts = 0;

  const part = (place: PartPlace, keys: IdSet): PartRecord => ({
    name: `${place}/${String(counter++).padStart(9, "0")}`,
    place,
    keys,
    byteLength: bytesPerFile + keys.size * bytesPerRow,
    checksum: "",
    chunkDigests: new Uint8Array(0),
    columns: [],
    epochs: [],
    replaces: [],
  });

  const outcome = ({ inputs, ...range }: MergeRun, place: PartPlace): PartRecord[] => {
    const keys = keysIn(uniteAllIds(inputs.map((input) => input.keys)), range);
    const files = place === "recent" ? 1 : Math.ceil((keys.size * bytesPerRow) / partBytes);
    return cutIds(keys, Math.ceil(keys.size / files)).map((piece) => part(place, piece));
  };

  return {
    append(keys) {
      const added = part("recent", keys);
      parts.push(added);
      storedBytes += added.byteLength;
      for (let choice = chooseMerge(parts); choice; choice = chooseMerge(parts)) {
        const { place, recent } = choice;
        const base = parts.filter((other) => other.place === "base");
        const runs: MergeRun[] =
          place === "base" ? mergeRuns(recent, base) : [{ low: -(2n ** 63n), high: 2n ** 63n - 1n, inputs: recent }];
        const made = runs.flatMap((run) => outcome(run, place));
        const gone = new Set([...recent, ...runs.flatMap((run) => run.inputs)]);
        parts = [...parts.filter((other) => !gone.has(other)), ...made];
        compactedBytes += made.reduce((sum, { byteLength }) => sum + byteLength, 0);
      }
      mostParts = Math.max(mostParts, parts.length);
    },
    figures: () => ({
      storedBytes,
      compactedBytes,
      mostParts,
      rows: uniteAllIds(parts.map(({ keys }) => keys)).size,
      baseFiles: parts.filter(({ place }) => place === "base").length,
    }),
    parts: () => parts,
  };
}
