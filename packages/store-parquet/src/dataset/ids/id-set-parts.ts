import { containersOfIds } from "./containers-of-ids.js";
import { areLoose, type Container, type IdSet, setOfContainers, setOfLoose } from "./id-set.js";
import { wordsOfIds } from "./id-words.js";
import { idsOfContainers } from "./ids-of-containers.js";

/** A set in the making, ascending: some of it ids, some containers. No two parts may have ids in one container. */
export interface IdSetParts {
  /** Adds an id by its words. */
  addId(lower: number, upper: number): void;
  /** Where to add containers until an id is added. */
  openContainers(): Container[];
  toSet(): IdSet;
}

/** Parts of at most `mostIds` ids that are added one by one. */
export function idSetParts(mostIds: number): IdSetParts {
  const ids = new BigInt64Array(mostIds);
  const words = wordsOfIds(ids);
  const parts: (BigInt64Array | Container[])[] = [];
  let filled = 0;
  let start = 0;
  let open: Container[] | undefined;
  function closeIds(): void {
    if (filled > start) parts.push(ids.subarray(start, filled));
    start = filled;
  }
  return {
    addId(lower, upper) {
      open = undefined;
      words[2 * filled] = lower;
      words[2 * filled + 1] = upper;
      filled++;
    },
    openContainers() {
      closeIds();
      if (open === undefined) {
        open = [];
        parts.push(open);
      }
      return open;
    },
    toSet() {
      closeIds();
      let size = filled;
      let count = filled;
      for (const part of parts) {
        if (part instanceof BigInt64Array) continue;
        count += part.length;
        for (const container of part) size += container.size;
      }
      if (!areLoose(size, count)) {
        return setOfContainers(parts.flatMap((part) => (part instanceof BigInt64Array ? containersOfIds(part) : part)));
      }
      const loose = new BigInt64Array(size);
      let at = 0;
      for (const part of parts) {
        const own = part instanceof BigInt64Array ? part : idsOfContainers(part, sizeOf(part));
        loose.set(own, at);
        at += own.length;
      }
      return setOfLoose(loose);
    },
  };
}

function sizeOf(containers: readonly Container[]): number {
  return containers.reduce((size, container) => size + container.size, 0);
}
