import { currentOwner, ownerState } from "@larder/core";
import { addressKey, addressText, type BlobAddress } from "../blob-address.js";
import { rowKinds } from "../row-format.js";
import type { StoreContext } from "../store-context.js";
import { decodeNumbers, encodeNumbers } from "./number-row.js";

/** Files that are being read: eviction passes them over. */
export interface OpenFiles {
  /** A file was opened. @returns to be called once it is closed */
  opened(address: BlobAddress): () => void;
  /** Whether a file is open: in this thread, or, once that has lasted, in another. Within a transaction. */
  isOpen(context: StoreContext, address: BlobAddress): boolean;
  /** Whether the table `uses` is behind. */
  isBehind(): boolean;
  /** Brings the table `uses` up to date. Within a transaction; it may run again. */
  write(context: StoreContext): void;
  /** The transaction is over. */
  ended(committed: boolean): void;
  /** Milliseconds until the table is behind; `undefined` when nothing is about to. */
  dueInMs(): number | undefined;
}

interface Use {
  readonly address: BlobAddress;
  count: number;
  readonly openedAt: number;
  row: "none" | "writing" | "written" | "removing";
}

/** Shorter uses are not told to others. */
const toldAfterMs = 100;

/** What an owner that can't be told to live holds open, because it is in another container, counts this long. */
const unknownOwnerMs = 24 * 3600 * 1000;

/** Nothing open yet. `monotonic`: see `Clock`. */
export function openFiles(monotonic: () => number): OpenFiles {
  const uses = new Map<string, Use>();
  const shouldTell = (use: Use) => use.count > 0 && use.row === "none" && monotonic() - use.openedAt >= toldAfterMs;
  const shouldTakeBack = (use: Use) => use.count === 0 && use.row === "written";
  return {
    opened(address) {
      const id = addressText(address);
      let use = uses.get(id);
      if (use === undefined) {
        use = { address, count: 0, openedAt: monotonic(), row: "none" };
        uses.set(id, use);
      }
      const held = use;
      held.count++;
      let open = true;
      return () => {
        if (!open) return;
        open = false;
        held.count--;
        if (held.count === 0 && held.row === "none") uses.delete(id);
      };
    },
    isOpen(context, address) {
      return (uses.get(addressText(address))?.count ?? 0) > 0 || isOpenElsewhere(context, address);
    },
    isBehind() {
      for (const use of uses.values()) if (shouldTell(use) || shouldTakeBack(use)) return true;
      return false;
    },
    dueInMs() {
      let due: number | undefined;
      for (const use of uses.values()) {
        if (shouldTakeBack(use)) return 0;
        if (use.count === 0 || use.row !== "none") continue;
        const wait = Math.max(0, toldAfterMs - (monotonic() - use.openedAt));
        due = Math.min(due ?? wait, wait);
      }
      return due;
    },
    write({ environment, xxhash, space }) {
      for (const use of uses.values()) {
        if (shouldTell(use)) {
          const key = useKey(use.address);
          const row = encodeNumbers({ kind: rowKinds.openFile, key, numbers: [space.clock.now()] }, xxhash);
          environment.uses.write(key, row);
          use.row = "writing";
        } else if (shouldTakeBack(use)) {
          environment.uses.remove(useKey(use.address));
          use.row = "removing";
        }
      }
    },
    ended(committed) {
      for (const [id, use] of uses) {
        if (use.row === "writing") use.row = committed ? "written" : "none";
        else if (use.row === "removing") use.row = committed ? "none" : "written";
        if (use.count === 0 && use.row === "none") uses.delete(id);
      }
    },
  };
}

function useKey(address: BlobAddress): Buffer {
  return Buffer.concat([addressKey(address), Buffer.from(currentOwner(), "latin1")]);
}

/** Owner in a key of the table `uses`. */
export function ownerOfUse(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("latin1", addressBytes);
}

const addressBytes = 33;

/** Drops the rows of owners that are dead on the way. */
function isOpenElsewhere(context: StoreContext, address: BlobAddress): boolean {
  const { uses } = context.environment;
  const from = addressKey(address);
  const before = Buffer.concat([from, Buffer.of(0xff)]);
  let found = false;
  for (const { key, row } of uses.rowsIn({ from, before, limit: Number.MAX_SAFE_INTEGER })) {
    const owner = ownerOfUse(key);
    // Ours are counted in memory.
    if (owner === currentOwner()) continue;
    const state = ownerState(owner) ?? "dead";
    const since = decodeNumbers(row, { kind: rowKinds.openFile, key, count: 1 }, context.xxhash)?.numbers[0] ?? 0;
    if (state === "dead" || (state === "unknown" && context.space.clock.now() - since > unknownOwnerMs))
      uses.remove(key);
    else found = true;
  }
  return found;
}
