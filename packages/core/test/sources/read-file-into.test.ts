import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openFileSource } from "../../src/index.js";

const calls: { readonly way: string; readonly pieces: number; readonly bytes: number }[] = [];
/** What one call of the system reads at most. */
let mostBytes = Number.POSITIVE_INFINITY;

vi.mock("node:fs", async (importOriginal) => {
  const fs = await importOriginal<typeof import("node:fs")>();
  const cut = (way: string, pieces: readonly Uint8Array[]): Uint8Array[] => {
    let left = mostBytes;
    const some = pieces.map((piece) => {
      const part = piece.subarray(0, left);
      left -= part.byteLength;
      return part;
    });
    calls.push({ way, pieces: pieces.length, bytes: some.reduce((sum, piece) => sum + piece.byteLength, 0) });
    return some.filter((piece) => piece.byteLength > 0);
  };
  return {
    ...fs,
    readSync: (file: number, bytes: Uint8Array, offset: number, length: number, position: number) =>
      fs.readvSync(file, cut("at once", [bytes.subarray(offset, offset + length)]), position),
    readvSync: (file: number, pieces: readonly Uint8Array[], position: number) =>
      fs.readvSync(file, cut("at once", pieces), position),
    readv: (file: number, pieces: readonly Uint8Array[], position: number, done: () => void) =>
      fs.readv(file, cut("in turns", pieces), position, done),
  };
});

const folder = mkdtempSync(join(tmpdir(), "larder-read-file-"));
const path = join(folder, "file");
const bytes = Uint8Array.from({ length: 1_100_000 }, (_, i) => (i * 131 + (i >> 8) * 7 + (i >> 16)) & 255);
writeFileSync(path, bytes);
let now = 1e6;

beforeEach(() => {
  calls.length = 0;
  mostBytes = Number.POSITIVE_INFINITY;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => {
  now += 1000;
  vi.restoreAllMocks();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("a scattered read of a file", () => {
  test.each([300, 400_000])(
    "of %i bytes goes on where the system stopped, within a memory or at its end",
    async (length) => {
      const source = await openFileSource(path);
      for (const most of [1, 7, 100, 250, 90_000].filter((most) => most * 2000 > length)) {
        mostBytes = most;
        const targets = [0, 0.1, 0, 0.3, 0.6, 0].map((share) => new Uint8Array(Math.round(length * share)));
        await source.readInto(1234, targets);
        expect(Buffer.concat(targets).compare(bytes, 1234, 1234 + length)).toBe(0);
      }
      await source.close();
    },
  );

  test("into more memories than a call may fill takes several calls", async () => {
    const source = await openFileSource(path);
    for (const each of [1, 300]) {
      calls.length = 0;
      const targets = Array.from({ length: 2500 }, () => new Uint8Array(each));
      await source.readInto(5, targets);
      expect(Buffer.concat(targets).compare(bytes, 5, 5 + 2500 * each)).toBe(0);
      expect(calls.map(({ pieces }) => pieces)).toEqual([1024, 1024, 452]);
    }
    await source.close();
  });

  test("into no memory asks the system for nothing", async () => {
    const source = await openFileSource(path);
    await source.readInto(1_000_000, []);
    await source.readInto(7, [new Uint8Array(0), new Uint8Array(0)]);
    expect(calls).toEqual([]);
    await source.close();
  });

  test("of few bytes is made at once, unless the event loop has long had no turn", async () => {
    const source = await openFileSource(path);
    const read = async (length: number) => {
      calls.length = 0;
      const answer = source.slice(10, 10 + length);
      const way = calls.map((call) => call.way);
      expect(answer instanceof Promise).toBe(way[0] === "in turns");
      expect(Buffer.compare(await answer, bytes.subarray(10, 10 + length))).toBe(0);
      return way;
    };
    expect(await read(8)).toEqual(["in turns"]);
    expect(await read(8)).toEqual(["at once"]);
    now += 9;
    expect(await read(1024 * 1024)).toEqual(["at once"]);
    expect(await read(1024 * 1024 + 1)).toEqual(["in turns"]);
    now += 11;
    expect(await read(8)).toEqual(["in turns"]);
    expect(await read(8)).toEqual(["at once"]);
    await source.close();
  });
});

describe("a file that is closed", () => {
  test("while it is read is read to the end first", async () => {
    mostBytes = 10_000; // many calls, so that the closing would come between
    const source = await openFileSource(path);
    const targets = [new Uint8Array(400_000), new Uint8Array(700_000)];
    const reading = source.readInto(0, targets);
    const part = source.slice(300_000, 900_000);
    const closed = source.close();
    await reading;
    expect(Buffer.concat(targets).compare(bytes)).toBe(0);
    expect(Buffer.compare(await part, bytes.subarray(300_000, 900_000))).toBe(0);
    await closed;
  });

  test("can't be read any more, from the moment it is asked to close", async () => {
    const source = await openFileSource(path);
    const closed = source.close();
    expect(() => source.slice(0, 5)).toThrow(expect.objectContaining({ code: "blob-closed" }));
    await closed;
    expect(() => source.readInto(0, [new Uint8Array(5)])).toThrow(expect.objectContaining({ code: "blob-closed" }));
    expect(source.close()).toBe(closed);
  });
});
