import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { LarderError, loadXxhash } from "@larder/core";
import { protectIndex } from "./cache-directory.js";
import { findIndexDamage, type IndexDamage, isIndexDamage, isSameFile } from "./index-guard.js";
import { isAsLeft, stampIndex } from "./index-stamp.js";
import { type LmdbEnvironment, openLmdbEnvironment } from "./lmdb-environment.js";
import { whileNobodyOpens, withOpeningLock } from "./opening-lock.js";
import { announcePresence, sweepTemporary } from "./presence.js";
import { quarantineFile } from "./quarantine.js";
import { storeError } from "./store-error.js";
import type { StoreContext } from "./store-operations.js";
import type { WarningListener } from "./warning.js";
import { freeUnused, type WriteBatches, writeBatches } from "./write-batches.js";

/** An open cache directory; one per real path and process, shared by everybody who has it open. */
export interface OpenStore extends StoreContext {
  readonly batches: WriteBatches;
  /** Whether the index that is open is still the one in the directory: someone may have deleted or replaced that. */
  isCurrent(): boolean;
  /** The index proved damaged while it was used: whoever opens it next looks it over. */
  suspect(): void;
  /** Gives the store back; closes it when nobody else has it. */
  leave(): Promise<void>;
}

interface Shared {
  uses: number;
  readonly opening: Promise<OpenStore>;
  closing?: Promise<void>;
}

/**
 * LMDB must not be opened twice in one process, also not by two copies of this package: closing one would drop the
 * locks of the other. The number changes with the shape of what is shared.
 */
const registryName = Symbol.for("larder.store-lmdb.stores.1");

function registry(): Map<string, Shared> {
  const holder = globalThis as { [registryName]?: Map<string, Shared> };
  holder[registryName] ??= new Map();
  return holder[registryName];
}

/**
 * Opens the store in a prepared directory, or joins those who have it open in this process.
 *
 * @param root - real path of the directory
 */
export async function openStore(root: string, onWarning: WarningListener): Promise<OpenStore> {
  for (;;) {
    const shared = registry().get(root) ?? begin(root, onWarning);
    if (shared.closing !== undefined) {
      await shared.closing;
      continue;
    }
    // Counted before the wait, so that nobody closes it meanwhile.
    shared.uses++;
    const store = await shared.opening;
    if (store.isCurrent()) return { ...store, leave: () => leave(root, shared, store) };
    // Its other users find out one by one; whoever comes now begins anew.
    forget(root, shared);
    await leave(root, shared, store);
  }
}

function begin(root: string, onWarning: WarningListener): Shared {
  const shared: Shared = { uses: 0, opening: open(root, onWarning) };
  registry().set(root, shared);
  shared.opening.catch(() => forget(root, shared));
  return shared;
}

async function leave(root: string, shared: Shared, store: OpenStore): Promise<void> {
  shared.uses--;
  if (shared.uses > 0) return;
  shared.closing = store.leave().finally(() => forget(root, shared));
  await shared.closing;
}

function forget(root: string, shared: Shared): void {
  if (registry().get(root) === shared) registry().delete(root);
}

async function open(root: string, onWarning: WarningListener): Promise<OpenStore> {
  const xxhash = await loadXxhash();
  const path = join(root, "index.lmdb");
  try {
    const { environment, presence } = await withOpeningLock(root, async (alone) => {
      const { died, present } = sweepTemporary(root);
      const mayPutAway = alone && !present;
      // Someone may have died of the index, or changed it. Where others work with it, it changes while it is looked at.
      const damage = await findIndexDamage(path, mayPutAway && (died || !isAsLeft(root)));
      if (damage !== undefined) putAway(root, path, damage, { onWarning, mayPutAway });
      const presence = announcePresence(root);
      const environment = openSoundEnvironment(root, path, { onWarning, mayPutAway });
      presence.leaveAtExit(() => stampIndex(root));
      return { environment, presence };
    });
    protectIndex(root);
    environment.dropDeadReaders();
    const context: StoreContext = {
      root,
      environment,
      xxhash,
      transact: (body) => whileNobodyOpens(root, presence, () => environment.transact(body)),
    };
    await freeUnused(context);
    const batches = writeBatches(context);
    const close = async () => {
      await batches.idle();
      await environment.close();
      presence.leave();
    };
    const inode = statSync(path).ino;
    return { ...context, batches, isCurrent: () => isSameFile(path, inode), suspect: presence.suspect, leave: close };
  } catch (error) {
    throw storeError("open the index", root, error);
  }
}

interface Care {
  readonly onWarning: WarningListener;
  /** Whether nobody else has the index open, or is about to. */
  readonly mayPutAway: boolean;
}

function openSoundEnvironment(root: string, path: string, care: Care): LmdbEnvironment {
  try {
    return openLmdbEnvironment(path);
  } catch (error) {
    const inode = statSync(path, { throwIfNoEntry: false })?.ino;
    if (!isIndexDamage(error) || inode === undefined) throw error;
    putAway(root, path, { reason: String((error as Error).message), inode }, care);
    return openLmdbEnvironment(path);
  }
}

/** Moves a damaged index away, so that a new one is begun. */
function putAway(root: string, path: string, { reason, inode }: IndexDamage, { onWarning, mayPutAway }: Care): void {
  if (!mayPutAway) {
    throw new LarderError(
      `The index ${path} is damaged (${reason}), and other processes have it open. End them; the next to open it begins a new one.`,
      { code: "damaged-index", facts: { path, reason } },
    );
  }
  if (!isSameFile(path, inode)) return; // someone else has put it away already
  const kept = quarantineFile(root, path, "index.lmdb");
  if (existsSync(`${path}-lock`)) quarantineFile(root, `${path}-lock`, "index.lmdb-lock");
  onWarning({
    code: "index-quarantined",
    message: `The index ${path} is damaged (${reason}). It was moved to ${kept} and a new one begun: what the cache held is stored again as it is needed.`,
  });
}
