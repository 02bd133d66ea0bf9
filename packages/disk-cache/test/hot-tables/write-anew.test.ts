import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { bytesSource } from "@larder/core";
import { encodeParquet } from "@larder/store-parquet";
import { expect, test } from "vitest";
import { turns } from "../../src/hot-tables/turns.js";
import { writeAnew } from "../../src/hot-tables/write-anew.js";
import { temporaryDirectory } from "../temporary-directory.js";
import { someTable } from "./some-table.js";

const rows = 4000;
const cold = (await encodeParquet(someTable(rows), { profile: "cold" })).bytes;

/** Writes a table hot; `change` is called with its bytes, once, when all are written. */
async function written(change: (file: string, bytes: Buffer) => void) {
  const directory = temporaryDirectory();
  mkdirSync(directory, { recursive: true });
  const file = join(directory, "table");
  const background = turns();
  let isChanged = false;
  const breathe = async () => {
    await background.breathe();
    if (isChanged) return;
    const bytes = fileBytes(file);
    if (bytes.length < 1000 || bytes.subarray(-4).toString() !== "PAR1") return;
    isChanged = true;
    change(file, bytes);
  };
  const how = {
    file,
    parquet: { profile: "hot" },
    mostBytes: Number.POSITIVE_INFINITY,
    turns: { ...background, breathe },
  } as const;
  const outcome = await writeAnew(bytesSource(cold), how);
  expect(isChanged).toBe(true);
  return outcome;
}

function fileBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}

test("a table that was written anew is told with its length and checksum", async () => {
  let length = 0;
  const outcome = await written((_, bytes) => {
    length = bytes.length;
  });
  expect(outcome).toEqual({ byteLength: length, checksum: expect.stringMatching(/^blake3:[0-9a-f]{64}$/) });
});

test("a file that does not read as the table it was made from is refused", async () => {
  const outcome = written((file, bytes) => {
    // Ids stand in the file as they are: one becomes another.
    const id = Buffer.from(BigInt64Array.of(1500n, 1501n).buffer);
    const at = bytes.indexOf(id);
    expect(at).toBeGreaterThan(0);
    const handle = openSync(file, "r+");
    writeSync(handle, Buffer.of(bytes[at]! ^ 1), 0, 1, at);
    closeSync(handle);
  });
  await expect(outcome).rejects.toThrow("the table that was written is another one, from row 0 on");
});
