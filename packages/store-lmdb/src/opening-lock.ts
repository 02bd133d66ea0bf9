import {
  constants,
  copyFileSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ownedFileName, ownerOf } from "./owned-file-name.js";
import { isSomeoneWriting, type Presence } from "./presence.js";
import { systemCode } from "./store-error.js";

/** Name of the lock in `tmp/`. */
export const openingLock = "opening.lock";

/** After this long without a sign of life from whoever holds the lock it is gone on without: its owner may be stopped. */
const patienceMs = 20_000;

/** How often its holder gives a sign of life, at most. */
const signMs = 1_000;

/** A lock whose owner can't be told, because it is on another host or in another container, holds this long. */
const unknownOwnerMs = 60_000;

/** A lock without a name in it is one that is being made. */
const namelessMs = 2_000;

const pollMs = 2;
const writerPollMs = 1;

/**
 * Runs `action` while no other process or thread does so for this directory, so that nobody opens the index while it is
 * looked over. The lock of an owner that is dead is taken over.
 *
 * @param action - gets `false` when the lock could not be had in time: it must then put nothing away. What takes long calls
 * `goOn` all the while, so that those who wait see that it does
 */
export async function withOpeningLock<Result>(
  root: string,
  action: (held: boolean, goOn: () => void) => Promise<Result>,
): Promise<Result> {
  const lock = join(root, "tmp", openingLock);
  const held = await acquire(root, lock, ownedFileName(".lock"));
  // Known by its inode: that can be told without opening a file, also when no more may be opened.
  const inode = held ? inodeOf(lock) : undefined;
  try {
    const deadline = performance.now() + patienceMs;
    // From here on whoever wants to write sees the lock; who began before is waited for.
    while (held && isSomeoneWriting(root) && performance.now() < deadline) await pause(pollMs);
    return await action(held, signOfLife(lock, held));
  } finally {
    if (held && inodeOf(lock) === inode) rmSync(lock, { force: true });
  }
}

/** Renews the time of the lock, now and then. */
function signOfLife(lock: string, held: boolean): () => void {
  let last = performance.now();
  return () => {
    if (!held || performance.now() - last < signMs) return;
    last = performance.now();
    const now = new Date();
    try {
      utimesSync(lock, now, now);
    } catch {
      // Taken away meanwhile. What is under way is right all the same, only no longer alone.
    }
  };
}

/** Whether to go on waiting for the holder of the lock: its time is only compared with itself, for clocks jump. */
function patience(lock: string): () => boolean {
  let deadline = performance.now() + patienceMs;
  let seen: number | undefined;
  return () => {
    const sign = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    if (sign !== seen) deadline = performance.now() + patienceMs;
    seen = sign;
    return performance.now() <= deadline;
  };
}

/** Runs a transaction while nobody opens the index. */
export async function whileNobodyOpens<Result>(
  root: string,
  presence: Presence,
  transaction: () => Result,
): Promise<Result> {
  const lock = join(root, "tmp", openingLock);
  const isPatient = patience(lock);
  for (;;) {
    // Said before it is looked: of a writer and an opener at least one sees the other.
    presence.writing(true);
    try {
      if (statSync(lock, { throwIfNoEntry: false }) === undefined || !isPatient()) return transaction();
    } finally {
      presence.writing(false);
    }
    if (isForfeited(lock)) takeAway(root, lock);
    else await pause(writerPollMs);
  }
}

async function acquire(root: string, lock: string, name: string): Promise<boolean> {
  const isPatient = patience(lock);
  const own = join(root, "tmp", name);
  writeFileSync(own, name, { mode: 0o600, flag: "wx" });
  try {
    for (;;) {
      if (linkOnce(own, lock)) return true;
      if (isForfeited(lock)) takeAway(root, lock);
      else if (!isPatient()) return false;
      else await pause(pollMs);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** A link appears with its content, whole. Where there are no links, a copy appears empty first. */
function linkOnce(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    if (!withoutLinks.has(systemCode(error) ?? "")) throw error;
  }
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

const withoutLinks: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

function isForfeited(lock: string): boolean {
  const name = ownerName(lock);
  if (name === undefined) return false; // released meanwhile
  const owner = ownerOf(name);
  if (owner?.state === "dead") return true;
  if (owner?.state === "alive") return false;
  const stats = statSync(lock, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > (owner === undefined ? namelessMs : unknownOwnerMs);
}

/** Moves a forfeited lock aside. Someone may have taken it over since it was looked at: then it is put back. */
function takeAway(root: string, lock: string): void {
  const aside = join(root, "tmp", ownedFileName(".lock"));
  try {
    renameSync(lock, aside);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return;
    throw error;
  }
  if (!isForfeited(aside)) linkOnce(aside, lock);
  rmSync(aside, { force: true });
}

function ownerName(lock: string): string | undefined {
  try {
    return readFileSync(lock, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error; // says nothing of the lock
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
