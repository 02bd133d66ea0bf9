import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PartRecord } from "../../../src/dataset/part-record.js";
import { openPart } from "../../../src/dataset/parts/open-part.js";
import { writePart } from "../../../src/dataset/parts/write-part.js";
import { datasetFolder, rowsEpoch, withIds } from "./support/part-table.js";

const seed = Number(process.env.LARDER_SEED ?? 63);
const chunk = 65_536;
let folder: ReturnType<typeof datasetFolder>;
let record: PartRecord;
let path: string;
let bytes: Buffer;
beforeAll(async () => {
  folder = datasetFolder();
  const numbers = Float64Array.from({ length: 40_000 }, (_, i) => Math.sin(i));
  const part = withIds(new arrow.Table({ number: arrow.makeVector(numbers) }));
  record = await writePart({ directory: folder.path, place: "recent" }, { ...part, epochs: [rowsEpoch(part)] });
  path = join(folder.path, record.name);
  bytes = await readFile(path);
});
afterAll(() => folder.remove());

/** Where a read of several memories begins, and where each of them ends. */
const marksWithin = (byteLength: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat({ max: byteLength }), { minLength: 2, maxLength: 8 }).map((marks) => marks.sort((a, b) => a - b));

const targetsOf = (marks: readonly number[]): Uint8Array[] =>
  marks.slice(1).map((mark, i) => new Uint8Array(mark - marks[i]!));

describe("a part read into several memories", () => {
  test("gives the bytes of its file, whatever was read before", async () => {
    const part = openPart(folder.path, record);
    await fc.assert(
      fc.asyncProperty(marksWithin(record.byteLength), fc.boolean(), async (marks, slices) => {
        const [start, end] = [marks[0]!, marks.at(-1)!];
        if (slices) expect(bytes.compare(await part.read(start, end), 0, end - start, start, end)).toBe(0);
        const targets = targetsOf(marks);
        await part.file.readInto(start, targets);
        expect(Buffer.concat(targets).compare(bytes, start, end)).toBe(0);
      }),
      { seed, numRuns: 100 },
    );
    await part.close();
    await expect(part.file.readInto(0, [new Uint8Array(1)])).rejects.toMatchObject({ code: "closed-part" });
  });

  test("is damaged where a chunk it touches is, and only there", async () => {
    await fc.assert(
      fc.asyncProperty(marksWithin(record.byteLength), fc.nat({ max: record.byteLength - 1 }), async (marks, at) => {
        const [start, end] = [marks[0]!, marks.at(-1)!];
        const stored = Buffer.from(bytes);
        stored[at]! ^= 32;
        await writeFile(path, stored);
        const part = openPart(folder.path, record);
        const targets = targetsOf(marks);
        const outcome = await Promise.resolve(part.file.readInto(start, targets)).catch((error: unknown) => error);
        const isTouched = end > start && at >= Math.floor(start / chunk) * chunk && at < Math.ceil(end / chunk) * chunk;
        if (isTouched) expect(outcome).toMatchObject({ code: "cache-corruption", facts: { file: path } });
        else expect(Buffer.concat(targets).compare(bytes, start, end)).toBe(0);
        await part.close();
      }),
      { seed, numRuns: 100 },
    );
    await writeFile(path, bytes);
  });

  test("is verified where nothing was verified before: a chunk at a time", async () => {
    await writeFile(path, bytes);
    const part = openPart(folder.path, record);
    await part.file.readInto(10, [new Uint8Array(100)]);
    const stored = Buffer.from(bytes);
    stored[chunk + 9]! ^= 1;
    await writeFile(path, stored);
    await part.file.readInto(500, [new Uint8Array(chunk - 500)]);
    await expect(part.file.readInto(500, [new Uint8Array(chunk)])).rejects.toMatchObject({ code: "cache-corruption" });
    await part.close();
    await writeFile(path, bytes);
  });

  test("says where a file ends that was cut short while it was open", async () => {
    const part = openPart(folder.path, record);
    await part.read(0, 1);
    await truncate(path, chunk + 5);
    await part.file.readInto(5, [new Uint8Array(50), new Uint8Array(50)]);
    await expect(part.file.readInto(0, [new Uint8Array(chunk), new Uint8Array(90)])).rejects.toMatchObject({
      code: "cache-corruption",
      message: expect.stringContaining(`${chunk + 5}`),
    });
    await part.close();
    await writeFile(path, bytes);
  });

  test("can be closed meanwhile: the reading ends well first", async () => {
    const part = openPart(folder.path, record);
    const targets = [new Uint8Array(chunk + 1), new Uint8Array(record.byteLength - chunk - 1)];
    const reading = part.file.readInto(0, targets);
    await part.close();
    await reading;
    expect(Buffer.concat(targets).compare(bytes)).toBe(0);
  });

  test("refuses what is not within it", async () => {
    const part = openPart(folder.path, record);
    for (const start of [-1, 0.5, record.byteLength - 1]) {
      expect(() => part.file.readInto(start, [new Uint8Array(2)])).toThrow();
    }
    await part.close();
  });
});
