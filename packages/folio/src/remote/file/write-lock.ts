import { constants } from "node:fs";
import { copyFile, link, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { currentOwner, ownerState, uniqueNameOfProcess } from "@larder/core";
import type { Connection } from "../connect-options.js";
import { type RemoteSubject, remoteFailure, systemCodeOf } from "../remote-failure.js";
import { isAbsent } from "./file-failure.js";

/** A lock of an owner that can't be told alive or dead, because it is on another host, is taken over after this long. */
const unknownOwnerMs = 60_000;
/** A lock without a name in it is one that is being made, or was when its maker died. */
const namelessMs = 5_000;
/** It is held for milliseconds. Who does not get it in this time is told so. */
const patienceMs = 90_000;
const pollMs = 4;

/** Those of this process line up without looking at the disk. */
const lines = new Map<string, Promise<unknown>>();

/** What the lock needs of a connection. */
export type LockMeans = Pick<Connection, "clock" | "sleep" | "random">;

/**
 * Runs `work` while nobody else, in any process, holds the lock of this name in the folder. That of a dead process is
 * taken over at once.
 *
 * @param folder - must be there
 * @throws RemoteError `remote-unreachable` when it could not be had in time
 */
export async function withWriteLock<Result>(
  folder: string,
  name: string,
  means: LockMeans,
  subject: RemoteSubject,
  work: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const lock = join(folder, `${name}.lock`);
  const before = lines.get(lock);
  const turn = (async () => {
    await before?.catch(() => {});
    signal?.throwIfAborted();
    return holding({ folder, means, subject, signal }, lock, work);
  })();
  lines.set(lock, turn);
  try {
    return await turn;
  } finally {
    if (lines.get(lock) === turn) lines.delete(lock);
  }
}

interface Waiting {
  readonly folder: string;
  readonly means: LockMeans;
  readonly subject: RemoteSubject;
  readonly signal: AbortSignal | undefined;
}

async function holding<Result>(waiting: Waiting, lock: string, work: () => Promise<Result>): Promise<Result> {
  const { clock, sleep, random } = waiting.means;
  const unique = uniqueNameOfProcess();
  // Each holding has a text of its own, so that a lock that was let go and taken again is known for another.
  const text = `${currentOwner()}\n${unique}`;
  const own = join(waiting.folder, `own-${unique}`);
  const deadline = clock.monotonic() + patienceMs;
  await writeFile(own, text, { mode: 0o600, flag: "wx" });
  try {
    while (!(await linkOnce(own, lock))) {
      const found = await textIn(lock);
      if (found === undefined) continue; // let go meanwhile
      if (await isForfeited(lock, found, clock.now())) {
        if (await takeOver(waiting, lock, found, own)) break;
      } else if (clock.monotonic() > deadline) throw stillLocked(waiting.subject);
      else await sleep(pollMs * (0.5 + random()), waiting.signal);
    }
  } finally {
    await rm(own, { force: true });
  }
  try {
    return await work();
  } finally {
    if ((await textIn(lock)) === text) await rm(lock, { force: true });
  }
}

/**
 * Puts this process's lock in the place of a forfeited one. Of several who see that one, each holds a lock for doing so,
 * named after it, and looks again: so a lock that is alive is never taken for the dead one that was there before.
 */
async function takeOver(waiting: Waiting, lock: string, forfeited: string, own: string): Promise<boolean> {
  const name = forfeited.split("\n")[1] ?? "nameless";
  return holding(waiting, `${lock}.${name.slice(-16)}`, async () => {
    if ((await textIn(lock)) !== forfeited) return false;
    await rename(own, lock);
    return true;
  });
}

/** A link appears with its content, whole. Where there are no links, a copy appears empty first. */
async function linkOnce(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST") return false;
    if (!withoutLinks.has(systemCodeOf(error))) throw error;
  }
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST") return false;
    throw error;
  }
}

const withoutLinks: ReadonlySet<string | undefined> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

async function isForfeited(lock: string, text: string, now: number): Promise<boolean> {
  const state = ownerState(text.split("\n", 1)[0]!);
  if (state === "alive" || state === "dead") return state === "dead";
  const age = await stat(lock).then(
    ({ mtimeMs }) => now - mtimeMs,
    () => 0,
  );
  return age > (state === undefined ? namelessMs : unknownOwnerMs);
}

async function textIn(lock: string): Promise<string | undefined> {
  try {
    return await readFile(lock, "utf8");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function stillLocked(subject: RemoteSubject) {
  return remoteFailure("remote-unreachable", subject, `somebody else has been writing for ${patienceMs / 1000} s`);
}
