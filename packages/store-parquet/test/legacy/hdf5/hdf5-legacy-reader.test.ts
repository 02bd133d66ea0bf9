import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { LarderError } from "@larder/core";
import { describe, expect, test } from "vitest";
import { hdf5LegacyReader } from "../../../src/legacy/hdf5/hdf5-legacy-reader.js";
import { emptyFolder, expectedFiles, fixture, shown } from "../support/fixtures.js";

const files = Object.entries(expectedFiles).filter(([name]) => name.endsWith(".h5"));

describe.each(files)("%s", (name, items) => {
  const readerOf = () => {
    const path = join(emptyFolder(), name);
    writeFileSync(path, fixture(name));
    return hdf5LegacyReader(path);
  };

  test("has the items that were written", async () => {
    const found = [];
    for await (const { item } of readerOf().list()) found.push(item);
    expect(found.sort()).toEqual(Object.keys(items).sort());
  });

  test.each(Object.entries(items))("%s is read exactly, or refused with the reason", async (item, expected) => {
    const reader = readerOf();
    if ("refused" in expected) {
      const error = await reader.read(item).catch((thrown: unknown) => thrown);
      expect(LarderError.isInstance(error), String(error)).toBe(true);
      for (const words of [item, ...expected.refused]) expect(String(error)).toContain(words);
    } else {
      expect(shown((await reader.read(item))!)).toEqual(expected);
    }
  });
});
