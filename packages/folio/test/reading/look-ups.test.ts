import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { ManifestItem } from "../../src/manifest/manifest.js";
import { serializeManifest } from "../../src/manifest/serialize-manifest.js";
import { openFolio } from "../../src/open-folio.js";
import { memoryStorage } from "../memory-storage.js";

function itemOf(i: number): readonly [Uint8Array, ManifestItem] {
  const bytes = new TextEncoder().encode(JSON.stringify({ i, text: "x".repeat(200) }));
  const checksum = createHash("sha256").update(bytes).digest("hex");
  const facts = { sizeBytes: bytes.byteLength, checksum, checksumAlgorithm: "sha256" } as const;
  return [bytes, { kind: "json", file: `items/${i}.json`, ...facts }];
}

test("a fresh look-up among 10,000 items takes about as long as one among 100, and makes no request", async () => {
  const few = await bundleOf(100, 100);
  const many = await bundleOf(10_000, 1000);
  const ratios: number[] = [];
  for (let round = 0; round < 10; round++) {
    // Side by side, and the best of ten: others may have the processor in between.
    ratios.push((await processorTime(many, round)) / (await processorTime(few, round)));
  }
  // Going through all items takes two to three times as long.
  expect(Math.min(...ratios)).toBeLessThan(1.8);
  for (const { storage, requests } of [few, many]) expect(storage.requests.length).toBe(requests);
}, 240_000);

/** A bundle of `count` items, the first `cached` of which are in a local cache, each with a content of its own. */
async function bundleOf(count: number, cached: number) {
  const directory = await mkdtemp(join(tmpdir(), "folio-look-ups-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const items = new Map<string, ManifestItem>();
  const storage = memoryStorage();
  for (let i = 0; i < count; i++) {
    const [bytes, item] = itemOf(i);
    items.set(`item ${i}`, item);
    storage.objects.set(item.file!, bytes);
  }
  storage.objects.set("items.json", serializeManifest({ formatVersion: 1, items }));
  const options = { storage, cache: { directory }, env: {}, log: () => undefined };
  const filler = await openFolio("memory://bundle", options);
  const report = await filler.warmCache({ parallel: 64, items: [...items.keys()].slice(0, cached) });
  expect(report).toMatchObject({ downloaded: cached, failed: [] });
  await filler.close();
  const requests = storage.requests.length;
  const folio = await openFolio("memory://bundle", options);
  onTestFinished(() => folio.close());
  return { folio, storage, requests, cached };
}

/** Of 1,000 look-ups. */
async function processorTime({ folio, cached }: Awaited<ReturnType<typeof bundleOf>>, round: number): Promise<number> {
  const begun = process.cpuUsage();
  for (let i = 0; i < 1000; i++) await folio.get(`item ${(i * 7919 + round * 13) % cached}`);
  const { user, system } = process.cpuUsage(begun);
  return user + system;
}
