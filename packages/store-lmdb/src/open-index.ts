import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { LarderError } from "@larder/core";
import { beginOlderAnew } from "./cache-directory.js";
import { findIndexDamage, type IndexDamage, isIndexDamage, isSameFile } from "./index-guard.js";
import { countsInStamp, isAsLeft } from "./index-stamp.js";
import { isNoted, isWorthRebuilding, type LostIndex, noteLoss } from "./journal/adopt-journal.js";
import { type LmdbEnvironment, openLmdbEnvironment } from "./lmdb-environment.js";
import { announcePresence, countsInMarks, type IndexCounts, type Presence, sweepTemporary } from "./presence.js";
import { quarantineFile } from "./quarantine.js";
import { requireSpareDescriptors } from "./spare-descriptors.js";
import type { WarningListener } from "./warning.js";

/** What {@link openIndex} needs to know. */
export interface OpeningOptions {
  /** Whether the opening lock is held. */
  readonly alone: boolean;
  /** Called now and then while something takes long. */
  readonly goOn: () => void;
  readonly onWarning: WarningListener;
}

/**
 * Opens the index of a directory, after having looked whether LMDB may: what is damaged is moved to `quarantine/`, and
 * noted as lost. To be called under the opening lock.
 */
export async function openIndex(
  root: string,
  { alone, goOn, onWarning }: OpeningOptions,
): Promise<{ environment: LmdbEnvironment; presence: Presence }> {
  const path = join(root, "index.lmdb");
  const last = lastCounts(root);
  const { died, present } = sweepTemporary(root);
  const mayPutAway = alone && !present;
  beginOlderAnew(root, !mayPutAway, onWarning);
  const care: Care = { onWarning, mayPutAway, lost: last && { values: last.values, exact: !died } };
  // Someone may have died of the index, or changed it. Where others work with it, it changes while it is looked at.
  const damage = await findIndexDamage(path, mayPutAway && (died || !isAsLeft(root)), goOn);
  if (damage !== undefined) putAway(root, path, damage, care);
  else if (isGone(path) && isWorthRebuilding(root, last)) noteLoss(root, care.lost ?? {});
  const presence = announcePresence(root);
  try {
    const environment = openSoundEnvironment(root, path, care);
    if (isNoted(root) && !alone) {
      await environment.close();
      throw new LarderError(
        `The index ${path} is being rebuilt by another process, which does not go on. End it, or try again later.`,
        { code: "damaged-index", facts: { path } },
      );
    }
    return { environment, presence };
  } catch (error) {
    presence.leave();
    throw error;
  }
}

/** The newest of what the stamp and the marks say that the index held. */
function lastCounts(root: string): IndexCounts | undefined {
  const stamp = countsInStamp(root);
  const all = [...countsInMarks(root), ...(stamp === undefined ? [] : [stamp])];
  return all.sort((one, other) => other.sequence - one.sequence)[0];
}

/** Emptied is as good as deleted: LMDB would begin it. */
function isGone(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

interface Care {
  readonly onWarning: WarningListener;
  /** Whether nobody else has the index open, or is about to. */
  readonly mayPutAway: boolean;
  /** What is known of the index, should it be lost. */
  readonly lost: LostIndex | undefined;
}

function openSoundEnvironment(root: string, path: string, care: Care): LmdbEnvironment {
  requireSpareDescriptors(join(root, "larder.json"));
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
function putAway(
  root: string,
  path: string,
  { reason, inode }: IndexDamage,
  { onWarning, mayPutAway, lost }: Care,
): void {
  if (!mayPutAway) {
    throw new LarderError(
      `The index ${path} is damaged (${reason}), and other processes have it open. End them; the next to open it begins a new one.`,
      { code: "damaged-index", facts: { path, reason } },
    );
  }
  if (!isSameFile(path, inode)) return; // someone else has put it away already
  // Noted first: between the two this process may be killed.
  noteLoss(root, lost ?? {});
  const kept = quarantineFile(root, path, "index.lmdb");
  if (existsSync(`${path}-lock`)) quarantineFile(root, `${path}-lock`, "index.lmdb-lock");
  onWarning({
    code: "index-quarantined",
    message: `The index ${path} is damaged (${reason}). It was moved to ${kept} and a new one begun: what the cache held is stored again as it is needed, except what comes back from the journal.`,
  });
}
