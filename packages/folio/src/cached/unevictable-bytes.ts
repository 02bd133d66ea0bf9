import type { Clock } from "@larder/core";
import { smallContentBytes } from "./small-contents.js";
import { contentPrefix, partPrefix } from "./store-keys.js";
import type { StoreBackend } from "./store-parts.js";

/** What a content or part takes up beside its bytes, about: its record, and its rows. */
const overheadBytes = 1024;

/** Files take up whole blocks. */
const blockBytes = 4096;

/** How long what was added up is good for, in milliseconds: other processes pin and store meanwhile. */
const goodForMs = 10_000;

/** Records looked at in one transaction, which holds up other writers. */
const recordsAtOnce = 500;

/** What content of so many bytes takes up, about, as a backend accounts for it. */
export function spaceOf(byteLength: number): number {
  const bytes = byteLength <= smallContentBytes ? byteLength : Math.ceil(byteLength / blockBytes) * blockBytes;
  return bytes + overheadBytes;
}

/** Adds up what can't be evicted: rows, and what is pinned. It takes a look at every record, so it is done seldom. */
export interface UnevictableBytes {
  /** @param sizeBytes - all that the backend holds */
  sum(sizeBytes: number): Promise<number>;
  /** Something was pinned or unpinned: the next sum is added up anew. */
  forget(): void;
}

export function unevictableBytes(backend: () => StoreBackend, clock: Clock): UnevictableBytes {
  let known: { readonly at: number; readonly sum: Promise<number> } | undefined;

  async function evictable(): Promise<number> {
    let sum = 0;
    let some: string[] = [];
    const look = async () => {
      const keys = some;
      some = [];
      // Within a transaction, for that counts as no use of them.
      sum += await backend().transaction((view) => {
        let bytes = 0;
        for (const key of keys) {
          const record = view.record(key);
          if (record !== undefined && record.pinned !== true) bytes += spaceOf(record.byteLength);
        }
        return bytes;
      });
    };
    for (const prefix of [contentPrefix, partPrefix]) {
      for await (const key of backend().keys({ prefix })) {
        some.push(key);
        if (some.length >= recordsAtOnce) await look();
      }
    }
    if (some.length > 0) await look();
    return sum;
  }

  return {
    sum(sizeBytes) {
      const now = clock.monotonic();
      if (known === undefined || Math.abs(now - known.at) > goodForMs) {
        const sum = evictable().then((bytes) => Math.max(0, sizeBytes - bytes));
        known = { at: now, sum };
        sum.catch(() => {
          known = undefined;
        });
      }
      return known.sum;
    },
    forget() {
      known = undefined;
    },
  };
}
