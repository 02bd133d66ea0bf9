import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownedFileName } from "./owned-file-name.js";
import type { IndexCounts } from "./presence.js";

/**
 * Size and time of the index as Larder left it, and what it held. What differs was cut short, copied while it was written, or changed by
 * someone else, and is looked over before it is used.
 */
const stampName = "index.closed";

/** Writes the stamp; the index must be closed, or this process about to end. */
export function stampIndex(root: string, counts: IndexCounts | undefined): void {
  const stats = statSync(join(root, "index.lmdb"), { throwIfNoEntry: false });
  if (stats === undefined) return;
  const temporary = join(root, "tmp", ownedFileName(".tmp"));
  const stamp = { sizeBytes: stats.size, modifiedMs: stats.mtimeMs, ...counts };
  writeFileSync(temporary, `${JSON.stringify(stamp)}\n`, { mode: 0o600, flag: "wx" });
  renameSync(temporary, join(root, stampName));
}

/** Whether the index is as Larder left it. Archives keep times in whole seconds. */
export function isAsLeft(root: string): boolean {
  try {
    const { size, mtimeMs } = statSync(join(root, "index.lmdb"));
    const stamp = JSON.parse(readFileSync(join(root, stampName), "utf8")) as {
      sizeBytes: unknown;
      modifiedMs: unknown;
    };
    if (typeof stamp.modifiedMs !== "number" || stamp.sizeBytes !== size) return false;
    return mtimeMs === stamp.modifiedMs || mtimeMs === Math.floor(stamp.modifiedMs / 1000) * 1000;
  } catch {
    return false;
  }
}

/** What the stamp says that the index held. */
export function countsInStamp(root: string): IndexCounts | undefined {
  try {
    const stamp = JSON.parse(readFileSync(join(root, stampName), "utf8")) as { [name in keyof IndexCounts]?: unknown };
    const { values, sequence } = stamp;
    return typeof values === "number" && typeof sequence === "number" ? { values, sequence } : undefined;
  } catch {
    return undefined;
  }
}
