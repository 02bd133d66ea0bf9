import { mkdir, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, currentOwner, ownerState } from "@larder/core";

const prefix = "compacting-";

/** A hint of an owner that can't be asked whether it lives counts for so long after it was last renewed. */
const unknownMs = 120_000;

/** Tells others that this owner merges parts. */
export interface CompactionHint {
  /** To be called now and then while it goes on. */
  renew(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Says in the dataset's directory that this owner merges; `undefined` when another does. Where two begin at the same moment, the
 * one goes on whose name is the lesser. Only a hint, so that work is not done twice: what is merged is decided when it is committed.
 */
export async function takeCompactionHint(directory: string, clock: Clock): Promise<CompactionHint | undefined> {
  const folder = join(directory, "tmp");
  const owner = currentOwner();
  const path = join(folder, `${prefix}${owner}`);
  const release = () => rm(path, { force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const before = await otherOwners(folder, owner, clock);
  if (before.length > 0) return undefined;
  await writeFile(path, "", { mode: 0o600 });
  const now = await otherOwners(folder, owner, clock);
  if (now.some((other) => other < owner)) {
    await release();
    return undefined;
  }
  return {
    release,
    async renew() {
      const time = new Date(clock.now());
      await utimes(path, time, time).catch(() => {});
    },
  };
}

/** Others that merge and are not known to be dead. Hints of the dead are removed. */
async function otherOwners(folder: string, owner: string, clock: Clock): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(prefix));
  const others: string[] = [];
  for (const name of names) {
    const other = name.slice(prefix.length);
    if (other === owner) continue;
    const state = ownerState(other);
    if (state === "alive" || (state === "unknown" && (await isRecent(join(folder, name), clock)))) others.push(other);
    else await rm(join(folder, name), { force: true }).catch(() => {});
  }
  return others;
}

async function isRecent(path: string, clock: Clock): Promise<boolean> {
  try {
    return Math.abs(clock.now() - (await stat(path)).mtimeMs) < unknownMs;
  } catch {
    return false;
  }
}
