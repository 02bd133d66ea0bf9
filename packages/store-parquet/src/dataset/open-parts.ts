import { join } from "node:path";
import type { DatasetState } from "./log/dataset-state.js";
import type { PartRecord } from "./part-record.js";
import { type OpenPart, openPart } from "./parts/open-part.js";
import { partClosed } from "./parts/part-errors.js";

/** The parts of a dataset that are open, shared by its snapshots. */
export interface OpenParts {
  /** Parts for a new snapshot. Those that nobody holds and that are not in its state are closed. */
  hold(state: DatasetState): HeldParts;
  /** Closes what nobody holds, and from now on each part when nobody holds it any more. */
  close(): Promise<void>;
}

/** The parts that one snapshot holds open. */
export interface HeldParts {
  /** @throws LarderError `closed-part` once they are released: nobody would close it any more */
  get(record: PartRecord): OpenPart;
  release(): Promise<void>;
}

/** So many parts that nobody holds stay open, for the next snapshot. */
const mostIdle = 256;

interface Entry {
  readonly part: OpenPart;
  holders: number;
}

export function openParts(directory: string): OpenParts {
  const entries = new Map<string, Entry>();
  let isClosed = false;

  async function closeIdle(isWanted: (name: string) => boolean): Promise<void> {
    const closing: Promise<void>[] = [];
    let idle = 0;
    for (const [name, entry] of entries) {
      if (entry.holders > 0) continue;
      idle++;
      if (!isClosed && isWanted(name) && idle <= mostIdle) continue;
      entries.delete(name);
      closing.push(entry.part.close());
    }
    await Promise.all(closing);
  }

  return {
    hold(state) {
      // Closing a file that was only read has nothing to report.
      void closeIdle((name) => state.parts.has(name)).catch(() => undefined);
      const held = new Map<string, Entry>();
      let isReleased = false;
      return {
        get(record) {
          if (isReleased) throw partClosed(join(directory, record.name));
          const mine = held.get(record.name);
          if (mine) return mine.part;
          let entry = entries.get(record.name);
          if (!entry) {
            entry = { part: openPart(directory, record), holders: 0 };
            entries.set(record.name, entry);
          }
          entry.holders++;
          held.set(record.name, entry);
          return entry.part;
        },
        async release() {
          isReleased = true;
          for (const entry of held.values()) entry.holders--;
          held.clear();
          await closeIdle(() => true);
        },
      };
    },
    async close() {
      isClosed = true;
      await closeIdle(() => false);
    },
  };
}
