import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { exportCache } from "../../src/archive/export-cache.js";
import { importCache } from "../../src/archive/import-cache.js";
import { memoryStore } from "./archive-ground.js";

const folder = mkdtempSync(join(tmpdir(), "larder-unusable-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("an archive that is not there is named, with what to do", async () => {
  const store = await memoryStore();
  const file = join(folder, "none.tar.gz");
  await expect(importCache(store, file)).rejects.toMatchObject({
    code: "file-not-readable",
    message: `The archive ${file} can't be read: there is no such file. Check its path.`,
  });
  await store.close();
});

test.each([
  ["missing/cache.tar.gz", "its folder is not there. Make it first"],
  [".", "there is a folder of that name. Name a file"],
])("an archive that can't be written to %s is named, with what to do", async (place, reason) => {
  const store = await memoryStore();
  const file = join(folder, place);
  await expect(exportCache(store, undefined, file)).rejects.toMatchObject({
    code: "file-not-writable",
    message: `The archive ${file} can't be written: ${reason}.`,
  });
  await store.close();
});
