import { statSync } from "node:fs";
import { join } from "node:path";
import { loadXxhash, type Xxhash } from "@larder/core";
import { protectIndex } from "./cache-directory.js";
import { counterLog } from "./counters/counter-log.js";
import { countsIn, countsPart } from "./counts-part.js";
import { isSameFile } from "./index-guard.js";
import { stampIndex } from "./index-stamp.js";
import { adoptJournal } from "./journal/adopt-journal.js";
import { type Journal, noJournal, openJournal } from "./journal/journal.js";
import { journalKeeper } from "./journal/journal-keeper.js";
import type { LmdbEnvironment } from "./lmdb-environment.js";
import { openIndex } from "./open-index.js";
import { whileNobodyOpens, withOpeningLock } from "./opening-lock.js";
import type { Presence } from "./presence.js";
import { housekeeping } from "./space/housekeeping.js";
import { dropDeadReservations, reservationsIn } from "./space/reservation-rows.js";
import { type SpaceSettings, storeSpace } from "./space/store-space.js";
import { type StoreContext, transactWithParts } from "./store-context.js";
import { storeError } from "./store-error.js";
import { hasTagIndex } from "./tags/has-tag-index.js";
import type { WarningListener } from "./warning.js";
import { freeUnused, type WriteBatches, writeBatches } from "./write-batches.js";

/** An open cache directory; one per real path and process, shared by everybody who has it open. */
export interface OpenStore extends StoreContext {
  readonly batches: WriteBatches;
  readonly journal: Journal;
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
const registryName = Symbol.for("larder.store-lmdb.stores.2");

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
export async function openStore(
  root: string,
  onWarning: WarningListener,
  settings: SpaceSettings = {},
): Promise<OpenStore> {
  for (;;) {
    const shared = registry().get(root) ?? begin(root, onWarning, settings);
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

function begin(root: string, onWarning: WarningListener, settings: SpaceSettings): Shared {
  const shared: Shared = { uses: 0, opening: open(root, onWarning, settings) };
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

async function open(root: string, onWarning: WarningListener, settings: SpaceSettings): Promise<OpenStore> {
  const xxhash = await loadXxhash();
  try {
    const opened = await withOpeningLock(root, async (alone, goOn) => {
      const { environment, presence } = await openIndex(root, { alone, goOn, onWarning });
      const base = {
        root,
        environment,
        xxhash,
        indexesTags: hasTagIndex(root),
        ...keptInMemory(environment, xxhash, settings),
      };
      try {
        presence.leaveAtExit(() => stampIndex(root, presence.noted()));
        protectIndex(root);
        environment.dropDeadReaders();
        // Nobody writes while the lock is held, so this one need not look for others.
        const undisturbed: StoreContext = {
          ...base,
          journal: noJournal,
          transact: async (body) => transactWithParts(environment, base.parts, body),
        };
        const indexId = await adoptJournal(undisturbed, { goOn, onWarning });
        const journal = openJournal(base, indexId);
        return { base, presence, journal, indexId };
      } catch (error) {
        await environment.close();
        presence.leave();
        throw error;
      }
    });
    return await storeOf(opened, onWarning);
  } catch (error) {
    throw storeError("open the index", root, error);
  }
}

/** What is gathered between transactions. */
function keptInMemory(
  environment: LmdbEnvironment,
  xxhash: Xxhash,
  settings: SpaceSettings,
): Pick<StoreContext, "parts" | "counters" | "space"> {
  const counters = counterLog(environment, xxhash);
  const space = storeSpace(environment, xxhash, settings);
  return { parts: [counters, space], counters, space };
}

interface Opened {
  readonly base: Omit<StoreContext, "journal" | "transact">;
  readonly presence: Presence;
  readonly journal: Journal;
  readonly indexId: Uint8Array;
}

async function storeOf({ base, presence, journal, indexId }: Opened, onWarning: WarningListener): Promise<OpenStore> {
  const { environment, root } = base;
  const noteCounts = () => {
    try {
      environment.refresh();
      const counts = countsIn(environment, base.xxhash);
      if (counts !== undefined) presence.note(counts);
    } catch {
      // The index can't be read any more: what was noted before stands.
    }
  };
  // The journal is the last of the parts: nothing may fail after it but the commit.
  base.parts.push(countsPart(environment, presence, base.xxhash), journal);
  noteCounts();
  presence.writing(false);
  const context: StoreContext = {
    ...base,
    journal,
    transact: (body) =>
      whileNobodyOpens(root, presence, () => {
        const result = transactWithParts(environment, base.parts, body);
        keeper.look();
        return result;
      }),
  };
  const keeper = journalKeeper(context, { journal, indexId, onWarning });
  const keeping = housekeeping(context);
  base.parts.push(keeping);
  await freeUnused(context);
  if (reservationsIn(environment.space, base.xxhash).length > 0) {
    await context.transact(() => dropDeadReservations(context));
  }
  const batches = writeBatches(context);
  const close = async () => {
    await keeping.stop();
    await batches.idle();
    await keeper.stop();
    noteCounts();
    await environment.close();
    journal.close();
    presence.leave();
  };
  const path = join(root, "index.lmdb");
  const inode = statSync(path).ino;
  const isCurrent = oncePerTurn(() => isSameFile(path, inode));
  const store: OpenStore = { ...context, batches, journal, isCurrent, suspect: presence.suspect, leave: close };
  keeping.start(store);
  return store;
}

/** Asks once in each turn of the event loop: many writes begin in one. */
function oncePerTurn(ask: () => boolean): () => boolean {
  let answer: boolean | undefined;
  return () => {
    if (answer !== undefined) return answer;
    answer = ask();
    setImmediate(() => {
      answer = undefined;
    });
    return answer;
  };
}
