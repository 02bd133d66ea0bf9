import { LarderError } from "@larder/core";
import type { FolioTable } from "../folio.js";
import type { FolioParts, ItemPlace } from "../folio-parts.js";
import type { ManifestItem } from "../manifest/manifest.js";
import { itemPlace } from "../writing/item-place.js";
import { type OpenedRanges, openRanges, type RangedTableOptions } from "./open-ranges.js";
import { noRanges, VersionChangedError } from "./range-errors.js";
import { type Restarting, restartingScan } from "./restarting-scan.js";

/**
 * Opens a remote Parquet table of which only the ranges needed are fetched; the footer is, unless it is kept already. Fetched
 * ranges are kept in the store, and the next reader of the same columns makes no request.
 *
 * What is verified: where the manifest names the digests of the item's chunks, whole chunks are fetched, and every one has its
 * digest before it is kept or returned; one that has not is fetched once more. Where it names none, a range is of one version
 * (ETag) of an object that has the size the manifest says, and no more: a byte that was altered on the way is not noticed. A
 * range kept locally has the xxHash it had when it arrived. A file that the manifest has no checksum of is parsed by a process of
 * its own.
 *
 * When the object changes, or bytes of it prove wrong, all its ranges are given up, the manifest is read again, and what was
 * being read is read once more from the beginning: a result is of one version, never of two.
 *
 * @throws LarderError `no-ranges`: read the item whole; ChecksumMismatchError; RemoteError. Scans throw `version-changed` when it changes again and
 *   again, or after they have handed on a batch
 */
export async function openRangedTable(
  parts: FolioParts,
  name: string,
  item: ManifestItem,
  place: ItemPlace,
  options: RangedTableOptions = {},
): Promise<FolioTable> {
  const { signal } = options;
  let current = item;
  const latestItem = async (): Promise<ManifestItem | undefined> => {
    const { manifest } = await parts.manifest({ maxAgeSeconds: 0, signal });
    return manifest.items.get(name);
  };
  const openLatest = async (): Promise<OpenedRanges> => {
    const latest = await latestItem();
    if (latest?.kind !== "table") throw gone(parts.remote.url, name);
    current = latest;
    return openRanges(parts, name, latest, await itemPlace(parts, name, latest), options);
  };

  /** Wrong bytes are right ones where the manifest that they were compared with is out of date. */
  const isOutOfDate = async (): Promise<boolean> => {
    const latest = await latestItem().catch(() => undefined);
    return latest !== undefined && isOtherData(latest, current);
  };

  let opened: OpenedRanges;
  try {
    opened = await openRanges(parts, name, item, place, options);
  } catch (error) {
    const mayBeOther = error instanceof VersionChangedError || (isMismatch(error) && (await isOutOfDate()));
    if (!mayBeOther) throw error;
    opened = await openLatest().catch((again: unknown) => {
      if (!(again instanceof VersionChangedError)) throw again;
      throw noRanges(place.storage.url, place.path, "its object and the manifest don't agree, or it keeps changing");
    });
  }

  let reopening: { readonly of: OpenedRanges; readonly result: Promise<void> } | undefined;
  /** Readers who find at the same time that it changed wait for the same new beginning. */
  const reopen = (changed: OpenedRanges): Promise<void> => {
    if (opened !== changed) return Promise.resolve();
    if (reopening?.of === changed) return reopening.result;
    const result = (async () => {
      await changed.giveUp();
      opened = await openLatest();
      if (closing !== undefined) await opened.handle.close();
    })();
    reopening = { of: changed, result };
    result.catch(() => {
      if (reopening?.of === changed) reopening = undefined;
    });
    return result;
  };

  let closing: Promise<void> | undefined;
  const checkOpen = (): void => {
    if (closing !== undefined) throw closedTable(parts.remote.url, name);
  };

  /** Whether another reader has opened it anew, or the manifest tells of other data by now. */
  const hasBetter = async (now: OpenedRanges): Promise<boolean> =>
    (await isOutOfDate()) || opened !== now || reopening?.of === now;

  /** After an error that a new beginning may mend: another version, or bytes that were wrong. @throws what it can't mend */
  const startAnew = async (now: OpenedRanges, error: unknown, isOver: boolean): Promise<void> => {
    const { changed } = now.source;
    const mayHelp = changed || isOfWrongBytes(error) || (isMismatch(error) && !isOver && (await hasBetter(now)));
    if (!mayHelp) throw error;
    if (isOver) {
      // Nobody shall find the wrong bytes again.
      await now.giveUp();
      throw changed ? changedAgain(parts.remote.url, name) : error;
    }
    await reopen(now);
  };

  const restarting: Restarting = {
    current: () => opened.handle.scan(),
    async run(read) {
      for (let restarted = false; ; restarted = true) {
        checkOpen();
        const now = opened;
        try {
          return await read(now.handle.scan());
        } catch (error) {
          await startAnew(now, error, restarted);
        } finally {
          now.report();
        }
      }
    },
    async *stream(read) {
      for (let restarted = false; ; restarted = true) {
        checkOpen();
        const now = opened;
        let handedOn = false;
        try {
          for await (const batch of read(now.handle.scan())) {
            handedOn = true;
            yield batch;
          }
          return;
        } catch (error) {
          await startAnew(now, error, restarted || handedOn);
        } finally {
          now.report();
        }
      }
    },
  };

  const close = (): Promise<void> => {
    closing ??= opened.handle.close();
    return closing;
  };
  return { scan: () => restartingScan(restarting), close, [Symbol.asyncDispose]: close };
}

function isOfWrongBytes(error: unknown): boolean {
  return LarderError.isInstance(error, "damaged-parquet") || LarderError.isInstance(error, "not-parquet");
}

function isMismatch(error: unknown): boolean {
  return LarderError.isInstance(error, "checksum-mismatch");
}

function isOtherData(one: ManifestItem, other: ManifestItem): boolean {
  const keys = ["file", "reference", "checksum", "sizeBytes"] as const;
  return keys.some((key) => one[key] !== other[key]) || one.chunks?.checksum !== other.chunks?.checksum;
}

function gone(url: string, item: string): LarderError {
  return new LarderError(`The table ${JSON.stringify(item)} of ${url} was removed while it was read.`, {
    code: "version-changed",
    facts: { url, item },
  });
}

function changedAgain(url: string, item: string): LarderError {
  return new LarderError(
    `The table ${JSON.stringify(item)} of ${url} changed while it was read, and could not be read anew from the beginning. Read it again, or whole: get(…, { forceCache: true }).`,
    { code: "version-changed", facts: { url, item } },
  );
}

function closedTable(url: string, item: string): LarderError {
  return new LarderError(`The table ${JSON.stringify(item)} of ${url} was closed. Open it again to read more.`, {
    code: "closed-table",
    facts: { url, item },
  });
}
