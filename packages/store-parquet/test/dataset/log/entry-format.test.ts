import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadXxhash } from "@larder/core";
import { describe, expect, test } from "vitest";
import { emptyState } from "../../../src/dataset/log/dataset-state.js";
import { type LogFile, readLogFile, writeLogFile } from "../../../src/dataset/log/entry-format.js";
import { sealFile } from "../../../src/dataset/log/sealed-file.js";
import { goldenFiles } from "./golden/golden-log-files.js";
import { plain, samplePart } from "./support/sample-dataset.js";

const golden = (name: string) => readFileSync(fileURLToPath(new URL(`./golden/${name}`, import.meta.url)));

describe("format 1 of the log", () => {
  test.each(Object.entries(goldenFiles))("%s is written and read as ever", async (name, file) => {
    const xxhash = await loadXxhash();
    const bytes = golden(name);
    expect(Buffer.compare(writeLogFile(file, xxhash), bytes)).toBe(0);
    expect(plain(readLogFile(bytes, xxhash, name, file.number))).toEqual(plain(file));
  });

  test("writes a set of ids once where a record and its epochs share it", async () => {
    const xxhash = await loadXxhash();
    const [file] = Object.values(goldenFiles) as [LogFile & { type: "entry" }];
    const read = readLogFile(writeLogFile(file, xxhash), xxhash, "file", file.number) as typeof file;
    const [part] = read.change.add;
    expect(part!.epochs[0]!.keys).toBe(part!.keys);
    expect(part!.chunkDigests.buffer.byteLength).toBe(part!.chunkDigests.byteLength);
  });
});

describe("a file of the log that is whole but was not made by this version", () => {
  const seal = async (header: unknown, binary = new Uint8Array(0)) =>
    sealFile("LARDRLOG", { header, binary }, await loadXxhash());
  const read = async (bytes: Uint8Array) => readLogFile(bytes, await loadXxhash(), "file", 1);

  test("names no file outside of base and recent", async () => {
    for (const name of ["../x.parquet", "base/../../x.parquet", "recent/x.parquet", "/etc/passwd"]) {
      const file: LogFile = {
        type: "entry",
        number: 1,
        token: "a",
        previous: "",
        change: { kind: "batch", add: [samplePart({ name })], remove: [] },
      };
      await expect(read(writeLogFile(file, await loadXxhash()))).rejects.toMatchObject({ code: "damaged-log-file" });
      const state: LogFile = {
        type: "state",
        number: 1,
        token: "a",
        state: { ...emptyState, entry: 1, retired: [{ name, entry: 1 }] },
      };
      await expect(read(writeLogFile(state, await loadXxhash()))).rejects.toMatchObject({ code: "damaged-log-file" });
    }
  });

  test("is refused in whatever other form its header has", async () => {
    const change = { kind: "batch", add: [], remove: [] };
    const entry = { type: "entry", number: 1, token: "a", previous: "", change };
    await expect(read(await seal(entry))).resolves.toMatchObject({ type: "entry" });
    const part = { ...samplePart(), keys: [0, 8], chunkDigests: [0, 0] };
    const withPart = (changed: object) => ({
      ...entry,
      change: { ...change, add: [{ ...part, epochs: [], ...changed }] },
    });
    const emptySet = new Uint8Array(8);
    await expect(read(await seal(withPart({}), emptySet))).resolves.toMatchObject({ type: "entry" });
    const hostile: unknown[] = [
      null,
      [],
      7,
      { ...entry, type: "other" },
      { ...entry, token: 7 },
      { ...entry, change: null },
      { ...entry, change: { ...change, kind: "x" } },
      { ...entry, change: { ...change, add: [null] } },
      { ...entry, change: { ...change, remove: "x" } },
      withPart({ keys: [0, 9] }),
      withPart({ keys: [-8, 8] }),
      withPart({ keys: [1, 7] }),
      withPart({ keys: [2 ** 53, 8] }),
      withPart({ byteLength: -1 }),
      withPart({ columns: [{ name: "a" }] }),
      withPart({ epochs: [{ kind: "rows", sequence: 1, keys: [0, 8], fetchedAt: "now", columns: [] }] }),
      withPart({ epochs: [{ kind: "invalid", sequence: 1.5, at: 0 }] }),
      withPart({ place: "base" }),
    ];
    for (const header of hostile) {
      await expect(read(await seal(header, emptySet)), JSON.stringify(header)).rejects.toMatchObject({
        code: expect.stringMatching(/^damaged-(log-file|id-set)$/),
      });
    }
  });
});
