import { mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LarderError, valueDigest } from "@larder/core";
import { hdf5LegacyReader, type LegacyItem, type LegacyReader } from "@larder/store-parquet";
import { describe, expect, test } from "vitest";
import { useHdf5File } from "../../../src/legacy/hdf5/hdf5-file.js";
import { seededRandom } from "../../support/random-table.js";
import { emptyFolder, fixture, folderOf } from "../support/fixtures.js";

async function itemsOf(reader: LegacyReader): Promise<LegacyItem[]> {
  const items = [];
  for await (const item of reader.list()) items.push(item);
  return items;
}

function readerOf(bytes: Uint8Array): LegacyReader {
  return hdf5LegacyReader(join(folderOf({ "file.h5": bytes }), "file.h5"));
}

/** What became of the item of a file: the digest of its table, "miss", or the code of the error. */
async function outcome(bytes: Uint8Array, item: string): Promise<string> {
  try {
    const table = await readerOf(bytes).read(item);
    return table ? valueDigest(table) : "miss";
  } catch (error) {
    if (!LarderError.isInstance(error)) throw error;
    return error.code;
  }
}

describe("a damaged HDF5 file", () => {
  test.each(["h5py.h5", "h5py-latest.h5", "pandas-fixed.h5", "pandas-table.h5"])(
    "%s cut short anywhere is an error",
    async (name) => {
      const good = fixture(name);
      const random = seededRandom(20);
      for (let i = 0; i < 12; i++) {
        const length = i < 4 ? i * 40 : Math.floor(random() * good.length);
        expect(await outcome(good.subarray(0, length), "t"), `${length} bytes`).toBe("damaged-legacy");
        await expect(itemsOf(readerOf(good.subarray(0, length)))).rejects.toThrow("can't be read");
      }
    },
  );

  test("with checksums and one bit changed is an error or the same table, never another one or a miss", async () => {
    const good = fixture("h5py-latest.h5");
    const digest = await outcome(good, "t");
    const random = seededRandom(5);
    const seen = new Map<string, number>();
    for (let i = 0; i < 120; i++) {
      const bad = Buffer.from(good);
      bad[Math.floor(random() * bad.length)]! ^= 1 << Math.floor(random() * 8);
      const found = await outcome(bad, "t");
      expect([digest, "damaged-legacy"]).toContain(found);
      seen.set(found, (seen.get(found) ?? 0) + 1);
    }
    expect(seen.get("damaged-legacy")).toBeGreaterThan(20);
  });

  test("does not disturb reading another one", async () => {
    const good = fixture("h5py-latest.h5");
    const digest = await outcome(good, "t");
    for (const name of ["h5py.h5", "pandas-table.h5"]) {
      const bad = Buffer.from(fixture(name));
      for (let at = 96; at < bad.length; at += 97) bad[at]! ^= 0x20;
      await outcome(bad, "t");
      expect(await outcome(good, "t")).toBe(digest);
    }
  });

  test("that would be read for ever is an error when the time is over, and the next file is read", async () => {
    const path = join(folderOf({ "file.h5": fixture("h5py-latest.h5") }), "file.h5");
    const endless = useHdf5File(path, 0.2, () => {
      for (;;) if (endless === undefined) return;
    });
    await expect(endless).rejects.toThrow("took longer than 0.2 seconds");
    expect((await hdf5LegacyReader(path).read("t"))!.numRows).toBe(3);
    expect(() => hdf5LegacyReader(path, { seconds: 0 })).toThrow("seconds must be a number above 0");
  });

  test("that is something else is an error", async () => {
    expect(await outcome(Buffer.from("a,b\n1,2\n"), "t")).toBe("damaged-legacy");
    expect(await outcome(new Uint8Array(0), "t")).toBe("damaged-legacy");
  });

  test("says where it is and what HDF5 found, and prints nothing", async () => {
    const good = fixture("h5py-latest.h5");
    const error = await readerOf(good.subarray(0, 1000))
      .read("t")
      .catch((thrown: unknown) => String(thrown));
    expect(error).toMatch(/file\.h5 can't be read: .*truncated/);
  });

  test("that was written to while it was read is an error", async () => {
    const path = join(folderOf({ "file.h5": fixture("h5py-latest.h5") }), "file.h5");
    const changed = useHdf5File(path, 30, () => utimesSync(path, 1, 1));
    await expect(changed).rejects.toThrow("it was changed while it was read");
    await expect(useHdf5File(path, 30, (file) => file.names("/"))).resolves.toEqual(["t"]);
  });
});

describe("a directory of HDF5 files", () => {
  test("has an item for each file that holds one table, and one with a path for each of several", async () => {
    const folder = folderOf({
      "one.h5": fixture("h5py-latest.h5"),
      "many.hdf5": fixture("pytables.h5"),
      "bad.h5": "nothing of the kind",
      "other.txt": "",
    });
    const reader = hdf5LegacyReader(folder);
    const items = await itemsOf(reader);
    expect(items.map(({ item }) => item).sort()).toEqual(["bad", "many/list", "many/objects", "many/points", "one"]);
    expect((await reader.read("one"))!.numRows).toBe(3);
    expect((await reader.read("many/points"))!.numRows).toBe(2);
    for (const absent of ["one/t", "many", "many/", "t", "points", "", "../one", "other"]) {
      expect(await reader.read(absent), absent).toBeUndefined();
    }
    await expect(reader.read("bad")).rejects.toThrow("bad.h5 can't be read");
  });

  test("refuses a link out of it, and warns of a second file of the same name", async () => {
    const folder = folderOf({ "secret.h5": fixture("h5py-latest.h5") });
    const cache = join(folder, "cache");
    mkdirSync(cache);
    symlinkSync("../secret.h5", join(cache, "out.h5"));
    writeFileSync(join(cache, "twice.h5"), fixture("h5py-latest.h5"));
    writeFileSync(join(cache, "twice.hdf5"), fixture("pytables.h5"));
    const reader = hdf5LegacyReader(cache);
    const items = await itemsOf(reader);
    expect(items.map(({ item, warnings }) => [item, warnings?.length])).toEqual([
      ["out", 0],
      ["twice", 1],
    ]);
    await expect(reader.read("out")).rejects.toThrow("symbolic link out of its directory");
    expect((await reader.read("twice"))!.numRows).toBe(3);
  });

  test("gives an item of a file that came later", async () => {
    const folder = emptyFolder();
    const reader = hdf5LegacyReader(folder);
    expect(await reader.read("a")).toBeUndefined();
    const made = join(folderOf({ "a.h5": fixture("h5py-latest.h5") }), "a.h5");
    renameSync(made, join(folder, "a.h5"));
    expect((await reader.read("a"))!.numRows).toBe(3);
  });

  test("sees what is in a file that was replaced", async () => {
    const folder = folderOf({ "a.h5": fixture("h5py-latest.h5") });
    const reader = hdf5LegacyReader(folder);
    expect((await reader.read("a"))!.numRows).toBe(3);
    writeFileSync(join(folder, "a.h5"), fixture("pytables.h5"));
    expect(await reader.read("a")).toBeUndefined();
    expect((await reader.read("a/points"))!.numRows).toBe(2);
  });

  test("warns of attributes, which are no values of the table", async () => {
    const items = await itemsOf(readerOf(fixture("h5py.h5")));
    expect(items.find(({ item }) => item === "one")!.warnings).toEqual([
      "Attributes of /one are not carried over: units.",
    ]);
  });
});
