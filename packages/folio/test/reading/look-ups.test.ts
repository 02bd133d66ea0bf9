import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { ManifestItem } from "../../src/manifest/manifest.js";
import { serializeManifest } from "../../src/manifest/serialize-manifest.js";
import { openFolio } from "../../src/open-folio.js";
import { memoryStorage } from "../memory-storage.js";

const count = 10_000;
/** So many of them are cached; each has a content of its own. */
const cached = 1000;

function itemOf(i: number): readonly [Uint8Array, ManifestItem] {
  const bytes = new TextEncoder().encode(JSON.stringify({ i, text: "x".repeat(200) }));
  const checksum = createHash("sha256").update(bytes).digest("hex");
  const facts = { sizeBytes: bytes.byteLength, checksum, checksumAlgorithm: "sha256" } as const;
  return [bytes, { kind: "json", file: `items/${i}.json`, ...facts }];
}

test("in a bundle of 10,000 items, 1,000 fresh look-ups take under 0.1 s together, and make no request", async () => {
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
  const rounds: number[] = [];
  for (let round = 0; round < 10; round++) {
    const began = performance.now();
    for (let i = 0; i < 1000; i++) await folio.get(`item ${(i * 7919 + round * 13) % cached}`);
    rounds.push(performance.now() - began);
  }
  await folio.close();
  expect(storage.requests.length).toBe(requests);
  // The best of ten: others may have the processor in between.
  expect(Math.min(...rounds)).toBeLessThan(100);
});
