import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@larder/core";
import { afterAll, expect, test } from "vitest";
import { readManifest } from "../../src/manifest/read-manifest.js";
import { optimizeStorage } from "../../src/policy/optimize-storage.js";
import { openRemote } from "../../src/remote/open-remote.js";
import type { RemoteStorage } from "../../src/remote/remote-storage.js";
import { addItem } from "../../src/writing/add-item.js";
import { convertToIncluded } from "../../src/writing/convert-to-included.js";
import { convertToReference } from "../../src/writing/convert-to-reference.js";
import { itemPlace } from "../../src/writing/item-place.js";
import { memoryStorage } from "../memory-storage.js";
import { writingParts } from "./writing-parts.js";

const root = mkdtempSync(join(tmpdir(), "larder-moved-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let number = 0;

/** A bundle in a folder of this name, with an item that was converted to a reference to its own data. */
async function convertedBundle(name: string): Promise<{ readonly folder: string; readonly reference: string }> {
  const folder = join(root, String(++number), name);
  mkdirSync(folder, { recursive: true });
  const parts = await writingParts(await openRemote(folder));
  await addItem(parts, "x", "text");
  await convertToReference(parts, "x");
  return { folder, reference: (await itemX(parts.remote)).reference! };
}

async function itemX(remote: RemoteStorage) {
  const read = await readManifest(remote);
  if (read === undefined || read === "unchanged") throw new Error("no manifest");
  return read.manifest.items.get("x")!;
}

/** The text of the item, read as any reader does. */
async function textIn(remote: RemoteStorage): Promise<string> {
  const parts = await writingParts(remote);
  const { storage, path } = await itemPlace(parts, "x", await itemX(remote));
  const read = await storage.read(path);
  if (read.status !== "found") return read.status;
  const pieces: Uint8Array[] = [];
  for await (const piece of read.body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

test("an item that was converted where it is refers to its data without the address of the bundle", async () => {
  const { folder, reference } = await convertedBundle("bundle");
  expect(reference).toMatch(/^\.\.\/bundle\/items\/x\.[0-9a-f]{12}\.[0-9a-f]{8}\.txt$/);
  expect(await textIn(await openRemote(folder))).toBe("text");
});

test.each(["bundle", "my bundle%"])("the bundle '%s' is read where it was moved to", async (name) => {
  const { folder } = await convertedBundle(name);
  renameSync(folder, `${folder} moved`);
  expect(await textIn(await openRemote(`${folder} moved`))).toBe("text");
});

test.each(["bundle", "my bundle%"])("a copy of the bundle '%s' in another service is read there", async (name) => {
  const { folder } = await convertedBundle(name);
  const files = ["items.json", ...readdirSync(join(folder, "items")).map((file) => `items/${file}`)];
  const objects = files.map((file) => [file, readFileSync(join(folder, file))] as const);
  const copy = memoryStorage({ url: "memory://copy", objects });
  rmSync(folder, { recursive: true });
  expect(await textIn(copy)).toBe("text");
  await convertToIncluded(await writingParts(copy), "x");
  expect((await itemX(copy)).file).toBe(files[1]);
});

test.each(["bundle", "my bundle%"])(
  "optimizeStorage leaves the data of the bundle '%s', moved or not",
  async (name) => {
    const { folder } = await convertedBundle(name);
    const moved = `${folder} moved`;
    // Made long ago, beside a list of now.
    const then = new Date(Date.now() - 10 * 86_400_000);
    for (const file of readdirSync(join(folder, "items"))) utimesSync(join(folder, "items", file), then, then);
    for (const place of [folder, moved]) {
      if (place === moved) renameSync(folder, moved);
      const remote = await openRemote(place);
      const report = await optimizeStorage(await writingParts(remote, { clock: systemClock }), {
        thresholdBytes: 1000,
      });
      expect(report.removedObjects).toBe(0);
      expect(await textIn(remote)).toBe("text");
    }
  },
);
