import { LarderError } from "@larder/core";
import type { OptimizeOptions, OptimizeReport } from "../folio.js";
import type { FolioParts } from "../folio-parts.js";
import { invalidOption } from "../invalid-option.js";
import { objectName } from "../manifest/object-path.js";
import type { RemoteObject } from "../remote/remote-storage.js";
import { itemExtension } from "../values/item-extension.js";
import { checkWritable } from "../writing/check-writable.js";
import { fetchBody } from "../writing/fetch-body.js";
import { itemPlace } from "../writing/item-place.js";
import { type LargePlace, largePlace } from "../writing/large-place.js";
import { moveItem } from "../writing/move-item.js";
import { type SizedItem, sizedItems } from "./analyze-bundle.js";
import { bundleObjects, unusedObjects } from "./bundle-objects.js";

/**
 * Makes a bundle smaller: moves the data of items above a size out of it, to a folder next to it or to `moveTo`, and removes objects
 * that nothing has used for a day. Each item is moved as a whole or stays as it is: its bytes are verified, stored, listed at the
 * new place, and only then removed from the old.
 *
 * @throws LarderError `invalid-option`, `no-large-place`, `read-only`; RemoteError
 */
export async function optimizeStorage(
  parts: FolioParts,
  options: OptimizeOptions & { readonly signal?: AbortSignal | undefined },
): Promise<OptimizeReport> {
  // Who leaves all options out is told of the one that is needed.
  const { thresholdBytes, dryRun = false, moveTo, signal } = (options as Partial<typeof options> | undefined) ?? {};
  if (!dryRun) checkWritable(parts, "optimizeStorage");
  if (thresholdBytes === undefined || !Number.isSafeInteger(thresholdBytes) || thresholdBytes < 0) {
    throw invalidOption("thresholdBytes", "a whole number of bytes, 0 or more", thresholdBytes);
  }
  const objects = await bundleObjects(parts, signal);
  const { manifest } = await parts.manifest({ maxAgeSeconds: 0, signal });
  const large = (await sizedItems(parts, manifest, objects, signal)).filter(
    ({ sizeBytes }) => sizeBytes > thresholdBytes,
  );
  const unused = objects === undefined ? [] : unusedObjects(parts, manifest, objects);
  const report = emptyReport();
  for (const one of large) await convert(parts, one, report, { dryRun, moveTo, signal });
  for (const object of unused) await remove(parts, object, report, dryRun);
  return report;
}

/** A report that is being filled. */
type Report = {
  -readonly [Key in keyof OptimizeReport]: OptimizeReport[Key] extends readonly (infer One)[]
    ? One[]
    : OptimizeReport[Key];
};

function emptyReport(): Report {
  return { converted: [], failed: [], removedObjects: 0, savedBytes: 0 };
}

async function convert(
  parts: FolioParts,
  { name, item, sizeBytes }: SizedItem,
  report: Report,
  { dryRun, moveTo, signal }: { dryRun: boolean; moveTo: string | undefined; signal: AbortSignal | undefined },
): Promise<void> {
  // Before anything is fetched: where there is no place, there is none for the others either.
  const planned = await placeFor(parts, { name, item, sizeBytes }, item.checksum ?? "0".repeat(12), moveTo);
  if (dryRun) {
    report.converted.push({ item: name, reference: planned.reference, sizeBytes });
    report.removedObjects++;
    report.savedBytes += sizeBytes;
    return;
  }
  signal?.throwIfAborted();
  try {
    const fetched = await fetchBody(parts, name, item, await itemPlace(parts, name, item), signal);
    try {
      const place = await placeFor(parts, { name, item, sizeBytes }, fetched.checksum, moveTo);
      const { storage, path, reference } = place;
      report.removedObjects += await moveItem(
        parts,
        name,
        item,
        fetched,
        { storage, path, address: { reference } },
        signal,
      );
      report.converted.push({ item: name, reference, sizeBytes: fetched.sizeBytes });
      report.savedBytes += fetched.sizeBytes;
    } finally {
      await fetched.dispose();
    }
  } catch (error) {
    signal?.throwIfAborted();
    report.failed.push({ item: name, error });
  }
}

async function placeFor(
  parts: FolioParts,
  { name, item }: SizedItem,
  checksum: string,
  moveTo: string | undefined,
): Promise<LargePlace> {
  const object = objectName(name, checksum, itemExtension(item.kind, item.file), parts.random);
  const place = await largePlace(parts, name, object, moveTo);
  if (place !== undefined) return place;
  throw new LarderError(
    `The items of ${parts.remote.url} can't be moved out: nothing can be written next to the bundle. Give a folder for them with 'moveTo'.`,
    { code: "no-large-place", facts: { url: parts.remote.url } },
  );
}

async function remove(
  parts: FolioParts,
  { path, byteLength }: RemoteObject,
  report: Report,
  dryRun: boolean,
): Promise<void> {
  if (!dryRun && !(await parts.remote.delete!(path))) return;
  report.removedObjects++;
  report.savedBytes += byteLength;
}
