import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportCache } from "../../src/archive/export-cache.js";
import { importCache } from "../../src/archive/import-cache.js";
import { openFolioStore } from "../../src/cached/open-folio-store.js";
import { bundleUrl, ground, itemBytes, listing, memoryStore, putBundle, type SampleItem } from "./archive-ground.js";

const program = fileURLToPath(new URL("killed-import.child.ts", import.meta.url));
const samples: readonly SampleItem[] = Array.from({ length: 5 }, (_, i) => ({
  name: `item ${i}`,
  bytes: Buffer.alloc(700_000 + i, `content ${i}`),
}));

/** Runs an import in a process that kills itself at the nth call of a method of the store. @returns the signal that ended it */
function importAndDie(directory: string, file: string, method: string, nth: number): Promise<string | undefined> {
  const args = ["--conditions=larder-source", "--import", "tsx", program, directory, file, method, String(nth)];
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error) => resolve((error as { signal?: string } | null)?.signal));
  });
}

describe("an import whose process is killed", () => {
  const place = ground();
  const file = join(place.folder, "cache.tar.gz");

  beforeAll(async () => {
    const from = await memoryStore();
    await putBundle(from, samples);
    await exportCache(from, undefined, file);
    await from.close();
  });
  afterAll(() => place.remove());

  it.each([
    ["while it is read", "progress", 1],
    ["before the first content is stored", "putContent", 1],
    ["between two contents", "putContent", 4],
    ["before the rows", "putBundle", 1],
  ])("%s, has changed nothing that can be seen, and the next one succeeds", async (_, method, nth) => {
    const directory = join(place.cache, `${method}-${nth}`);
    const before = await openFolioStore({ directory });
    await putBundle(before, [{ name: "mine", bytes: Buffer.from("mine") }], "s3://lab/mine");
    const rowsBefore = (await listing(before)) as { bundles: unknown };
    await before.close();

    expect(await importAndDie(directory, file, method, nth)).toBe("SIGKILL");
    expect(readdirSync(join(directory, "imports"))).toHaveLength(1);

    const after = await openFolioStore({ directory });
    expect(((await listing(after)) as { bundles: unknown }).bundles).toEqual(rowsBefore.bundles);
    expect(await importCache(after, file)).toMatchObject({ items: 5 });
    expect(readdirSync(join(directory, "imports"))).toEqual([]);
    for (const { name, bytes } of samples)
      expect(Buffer.from((await itemBytes(after, name))!).equals(bytes)).toBe(true);
    await after.close();
  });

  it("among its rows, has left only rows that are right", async () => {
    const directory = join(place.cache, "rows");
    expect(await importAndDie(directory, file, "putItem", 3)).toBe("SIGKILL");
    const after = await openFolioStore({ directory });
    let rows = 0;
    for await (const { name } of after.items(bundleUrl)) {
      const sample = samples.find((known) => known.name === name)!;
      expect(Buffer.from((await itemBytes(after, name))!).equals(sample.bytes)).toBe(true);
      rows++;
    }
    expect(rows).toBe(2);
    expect(await importCache(after, file)).toMatchObject({ items: 3 });
    await after.close();
  });
});
