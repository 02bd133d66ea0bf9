import type { ItemUse } from "./item-use.js";

/** What came of fetching an item without looking at its value. */
export interface FetchOutcome {
  readonly outcome: "present" | "downloaded";
  readonly bytes: number;
}

/** For who wants an item in the cache, and not its value. */
export const fetchOnly: ItemUse<FetchOutcome> = {
  keepsBytes: false,
  async fromEntry(entry, { downloaded }) {
    await entry.close();
    return { outcome: downloaded ? "downloaded" : "present", bytes: entry.source.byteLength };
  },
  fromBytes: async (bytes) => ({ outcome: "downloaded", bytes: bytes.byteLength }),
};
