import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { LarderError } from "@larder/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importCache } from "../../src/archive/import-cache.js";
import type { FolioStore } from "../../src/cached/folio-store.js";
import { openFolioStore } from "../../src/cached/open-folio-store.js";
import { ground, listing, memoryStore, putBundle } from "./archive-ground.js";
import { hostileArchives, rightArchive } from "./hostile-archives.js";

describe("an archive that is not what exportCache writes", () => {
  const place = ground();
  let store: FolioStore;

  beforeAll(async () => {
    store = await openFolioStore({ directory: place.cache });
    await putBundle(store, [{ name: "mine", bytes: Buffer.from("what was there") }]);
  });

  afterAll(async () => {
    await store.close();
    place.remove();
  });

  it("is one of more than thirty kinds", () => {
    expect(hostileArchives.length).toBeGreaterThan(30);
    expect(new Set(hostileArchives.map(({ what }) => what)).size).toBe(hostileArchives.length);
  });

  it.each(hostileArchives.map((archive) => [archive.what, archive] as const))(
    "is refused: %s",
    async (_, { bytes, code, names }) => {
      const file = join(place.folder, "hostile.tar.gz");
      writeFileSync(file, bytes);
      const before = await listing(store);
      const tree = place.tree();
      let thrown: unknown;
      try {
        await importCache(store, file);
      } catch (error) {
        thrown = error;
      }
      expect(LarderError.isInstance(thrown) ? thrown.code : thrown).toBe(code);
      const { message } = thrown as LarderError;
      expect(message).toContain(names);
      expect(message).toContain("Nothing was imported.");
      expect(message).not.toContain("hunter2");
      expect(await listing(store)).toEqual(before);
      expect({ ...place.tree(), "around/cache/imports": "folder" }).toEqual({
        ...tree,
        "around/cache/imports": "folder",
      });
      expect(readdirSync(join(place.cache, "imports"))).toEqual([]);
    },
  );

  it("is not refused when it is right", async () => {
    const other = await memoryStore();
    const file = join(place.folder, "right.tar.gz");
    writeFileSync(file, rightArchive);
    expect(await importCache(other, file)).toEqual({ items: 2, bytes: 1513 });
    await other.close();
  });

  it("is refused whichever of its bytes was changed", async () => {
    const other = await memoryStore();
    const file = join(place.folder, "changed.tar.gz");
    const right = readFileSync(join(place.folder, "right.tar.gz"));
    const before = await listing(other);
    let accepted = 0;
    for (let at = 0; at < right.byteLength; at++) {
      const changed = Buffer.from(right);
      changed[at]! ^= 1 << (at % 8);
      writeFileSync(file, changed);
      try {
        await importCache(other, file);
        // Bytes 4 to 9 of a gzip file say when and where it was made, and some bytes can be compressed in two ways.
        if (at < 4 || at > 9) expect(gunzipSync(changed).equals(gunzipSync(right)), `byte ${at}`).toBe(true);
        accepted++;
      } catch (error) {
        expect(LarderError.isInstance(error), `byte ${at}: ${String(error)}`).toBe(true);
        if (accepted === 0) expect(await listing(other)).toEqual(before);
      }
    }
    expect(accepted).toBeLessThan(20);
    await other.close();
  });

  it("is refused wherever it was cut short", async () => {
    const other = await memoryStore();
    const file = join(place.folder, "cut.tar.gz");
    const right = readFileSync(join(place.folder, "right.tar.gz"));
    const before = await listing(other);
    for (let length = 0; length < right.byteLength; length++) {
      writeFileSync(file, right.subarray(0, length));
      await expect(importCache(other, file), `${length} bytes`).rejects.toMatchObject({ code: "damaged-archive" });
    }
    expect(await listing(other)).toEqual(before);
    await other.close();
  });
});
