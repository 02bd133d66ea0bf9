import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CacheBackend, Leases } from "@larder/core";
import type { Removed } from "../../folio.js";
import type { FolioStore } from "../folio-store.js";
import { downloadsFolder } from "../store-directory.js";

/** Files that are written without a lease are taken to be somebody's for so long: a slow upload reads them, and writes nothing. */
const withoutLeaseMs = 24 * 3_600_000;

interface SweepOptions {
  readonly olderThanMs: number;
  /** Absolute milliseconds, by the clock of the file system. */
  readonly now: number;
  readonly dryRun: boolean;
}

/**
 * Removes partial downloads that were last written to so long ago, unless somebody is at them.
 *
 * @returns how many, and their bytes
 */
export async function sweepDownloads(store: FolioStore, { olderThanMs, now, dryRun }: SweepOptions): Promise<Removed> {
  if (store.directory === undefined) return { items: 0, bytes: 0 };
  const folder = join(store.directory, downloadsFolder);
  let items = 0;
  let bytes = 0;
  for (const name of await namesIn(folder)) {
    const stats = await lstat(join(folder, name)).catch(() => undefined);
    const content = contentOfFile(name);
    const leftForMs = content === undefined ? Math.max(olderThanMs, withoutLeaseMs) : olderThanMs;
    if (stats === undefined || !stats.isFile() || now - stats.mtimeMs < leftForMs) continue;
    if (content !== undefined && (await isHeld(store.backend, content))) continue;
    if (name.endsWith(".part")) items++;
    bytes += stats.size;
    if (!dryRun) await rm(join(folder, name), { force: true });
  }
  return { items, bytes };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => /\.part(\.json)?$/.test(name));
  } catch {
    return [];
  }
}

/** What a download is named by, as `downloadName` says; `undefined` for files that are written without a lease. */
function contentOfFile(name: string): string | undefined {
  const [, kind, digits] = /^([a-z0-9]+)-([0-9a-f]{32,})\.part(?:\.json)?$/.exec(name) ?? [];
  return kind === undefined ? undefined : `${kind}:${digits}`;
}

/** Whether somebody has the lease of a download. */
async function isHeld(backend: CacheBackend, content: string): Promise<boolean> {
  if (backend.supports?.leases !== true) return false;
  const lease = await (backend as CacheBackend & Leases).readLease(`compute:folio:${content}`);
  return lease?.condition === "held";
}
