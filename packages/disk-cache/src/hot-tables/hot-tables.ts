import {
  type CacheEventListener,
  type Clock,
  LarderError,
  type Lease,
  type StoredBlob,
  systemClock,
} from "@larder/core";
import type { LmdbBackend } from "@larder/store-lmdb";
import type { EncodeParquetOptions } from "@larder/store-parquet";
import { makeHot, type ProfileChanger } from "./change-profile.js";
import { writeHotTables } from "./hot-table-list.js";
import type { HotTablesSettings } from "./hot-tables-options.js";
import { noticedBlob } from "./noticed-blob.js";
import { standingTables } from "./standing-tables.js";
import { tableState } from "./table-profile.js";
import { tableReads } from "./table-reads.js";
import { turns } from "./turns.js";

/** What the tables of a cache become hot with. */
export interface HotTablesParts {
  readonly backend: Pick<
    LmdbBackend,
    "acquireLease" | "directory" | "releaseLease" | "replaceBlob" | "transaction" | "volume"
  >;
  /** Looks a blob up; that counts as no use. */
  readonly look: (key: string) => Promise<StoredBlob | undefined>;
  /** How tables are written. */
  readonly parquet: EncodeParquetOptions;
  readonly settings: HotTablesSettings;
  readonly clock?: Clock | undefined;
  readonly onEvent?: CacheEventListener | undefined;
}

/** Makes tables hot that are read often: in the background, one at a time over all processes, keeping no process alive. */
export interface HotTables {
  /** The same blob; when it is a table, its reading is noticed. */
  watched(key: string, blob: StoredBlob): StoredBlob;
  /** Breaks off the work under way, and tells other processes which tables this one has used. */
  close(): Promise<void>;
}

/** One owner at a time changes profiles, so that the budget is kept. */
const leaseName = "larder:hot-tables";
const pollMs = 100;

/** Other processes are told which tables this one uses once in so many milliseconds. */
const tellUsesMs = 60_000;

/** Nothing is done before a table was read. */
export function hotTables(parts: HotTablesParts): HotTables {
  const { backend, settings, clock = systemClock } = parts;
  const reads = tableReads(settings.reads);
  /** When tables were read that were made hot, since it was told last; by key. */
  const uses = new Map<string, number>();
  /** Tables to be made hot, with when the reads began that make them so. */
  const wanted = new Map<string, number>();
  const tooLarge = new Map<string, number>();
  const { end, ...waiting } = turns();
  let toldAt = clock.monotonic();
  let running: Promise<void> | undefined;

  function tell(event: Parameters<CacheEventListener>[0]): void {
    try {
      parts.onEvent?.(event);
    } catch {
      // Events only tell: what the listener makes of them must not change what the cache does.
    }
  }

  function warn(error: unknown, key?: string): void {
    // That the bytes are damaged was told by who read them.
    if (waiting.signal.aborted || LarderError.isInstance(error, "damaged-blob")) return;
    const what = key === undefined ? `Tables of ${backend.directory}` : `The table under '${key}'`;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `${what} could not be stored in the other profile, and stays as it was: ${reason}`;
    tell({ type: "warning", code: "table-profile-failed", message, ...(key !== undefined && { key }), cause: error });
  }

  function noticeRead(key: string, blob: StoredBlob): void {
    const now = clock.now();
    if (tableState(blob.record)?.is === "cold") {
      const since = reads.note(key, blob.record.checksum, now);
      if (since === undefined) return;
      wanted.set(key, since);
    } else {
      uses.set(key, now);
      if (clock.monotonic() - toldAt < tellUsesMs) return;
    }
    begin();
  }

  function begin(): void {
    if (waiting.signal.aborted) return;
    running ??= work()
      .catch((error: unknown) => {
        wanted.clear();
        warn(error);
      })
      .finally(() => {
        running = undefined;
        if (wanted.size > 0) begin();
      });
  }

  async function work(): Promise<void> {
    await waiting.breathe();
    let lease = await claim();
    while (lease === undefined) {
      await waiting.wait(pollMs);
      lease = await claim();
    }
    try {
      await tellUses();
      while (wanted.size > 0) await makeNextHot();
    } finally {
      await backend.releaseLease(lease);
    }
  }

  async function claim(): Promise<Lease | undefined> {
    const answer = await backend.acquireLease(leaseName);
    return answer.granted ? answer.lease : undefined;
  }

  async function makeNextHot(): Promise<void> {
    const [key, since] = wanted.entries().next().value!;
    wanted.delete(key);
    const changer: ProfileChanger = { ...parts, clock, turns: { ...waiting, end }, tell, uses, tooLarge };
    await makeHot(changer, key, since).catch((error: unknown) => warn(error, key));
    waiting.signal.throwIfAborted();
  }

  /** For who holds the lease. */
  async function tellUses(): Promise<void> {
    toldAt = clock.monotonic();
    if (uses.size === 0) return;
    writeHotTables(backend.directory, await standingTables(backend, backend.directory, uses));
    uses.clear();
  }

  return {
    watched(key, blob) {
      // What lies in the index is small: nothing is gained by making it larger.
      if (blob.takeBytes !== undefined || tableState(blob.record) === undefined) return blob;
      return noticedBlob(blob, () => noticeRead(key, blob));
    },

    async close() {
      end();
      await running;
      if (uses.size === 0) return;
      const lease = await claim().catch(() => undefined);
      if (lease === undefined) return;
      // What was used is not worth failing for.
      await tellUses().catch(() => undefined);
      await backend.releaseLease(lease).catch(() => undefined);
    },
  };
}
