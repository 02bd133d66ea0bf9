import { encodeParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decompress } from "../../../src/format/decompress.js";
import type { ParquetFileReader } from "../../../src/format/parquet-file-reader.js";
import { chunkStreams } from "../../../src/read/chunk-streams.js";
import { type PageAt, pagesOf } from "../../../src/read/decode-chunk.js";
import { compressedPart } from "../../../src/read/page-parts.js";
import type { ChunkPlan } from "../../../src/read/read-plan.js";
import { type WindowedPage, windowedPages } from "../../../src/read/windowed-pages.js";
import { makeTable } from "../../support/random-table.js";
import { chunksOfFile } from "./support/chunks-of-file.js";

const seed = 20_261_128;

const files = fc.record({
  compression: fc.constantFrom("none" as const, "snappy" as const, "lz4" as const),
  rowGroupRows: fc.integer({ min: 40, max: 300 }),
  pageRows: fc.integer({ min: 1, max: 80 }),
  seed: fc.nat(1e6),
});
const reads = fc.record({
  /** From less than a header to more than the file. */
  leastBytes: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 200, max: 20_000 })),
  blockBytes: fc.constantFrom(undefined, 64, 1000),
  late: fc.boolean(),
});

async function fileOf(options: { seed: number; compression: "none" | "snappy" | "lz4"; pageRows: number }) {
  const columns = ["int64", "utf8", "dictionary8", "bool", "float64"].map((type, i) => ({
    type,
    name: type,
    nulls: i % 2 === 0 ? 0.2 : 0,
  }));
  const table = makeTable({ columns, batches: [200, 150], cut: [1, 1], seed: options.seed });
  return (await encodeParquet(table, options)).bytes;
}

/** Pages as they are where all bytes of the chunk are in one piece. */
function pagesInOnePiece(bytes: Uint8Array, reader: ParquetFileReader, plan: ChunkPlan): PageAt[] {
  return [...pagesOf(reader, plan, bytes.subarray(plan.chunk.start, plan.chunk.end))];
}

describe(`chunks read through windows (seed ${seed})`, () => {
  test("give the pages of the chunks, and no byte is read twice, whatever the size of a read", async () => {
    await fc.assert(
      fc.asyncProperty(files, reads, async (options, { leastBytes, blockBytes, late }) => {
        const bytes = await fileOf(options);
        const { file, parts, chunks, bytesFilled } = await chunksOfFile(bytes, late, blockBytes);
        const before = bytesFilled();
        const pages = windowedPages(file, parts.reader, chunks, leastBytes);
        for (const [place, plan] of chunks.entries()) {
          for (const { header, body } of pagesInOnePiece(bytes, parts.reader, plan)) {
            const found = (await pages.next(place))!;
            expect(found.header).toEqual(header);
            expect(Buffer.compare(found.body, body)).toBe(0);
            found.window.release();
          }
          expect(await pages.next(place)).toBeUndefined();
        }
        const stored = chunks.reduce((sum, { chunk }) => sum + chunk.end - chunk.start, 0);
        expect(bytesFilled() - before).toBe(stored);
      }),
      { seed, numRuns: 60 },
    );
  });

  test("leave a page alone until it is given back", async () => {
    await fc.assert(
      fc.asyncProperty(files, reads, fc.integer({ min: 1, max: 12 }), async (options, { leastBytes, late }, most) => {
        const bytes = await fileOf(options);
        const { file, parts, chunks } = await chunksOfFile(bytes, late);
        const pages = windowedPages(file, parts.reader, chunks, leastBytes);
        const kept: { found: WindowedPage; body: Uint8Array }[] = [];
        for (const [place, plan] of chunks.entries()) {
          for (const { body } of pagesInOnePiece(bytes, parts.reader, plan)) {
            kept.push({ found: (await pages.next(place))!, body });
            for (const { found, body: expected } of kept) expect(Buffer.compare(found.body, expected)).toBe(0);
            if (kept.length > most) kept.shift()!.found.window.release();
          }
        }
      }),
      { seed, numRuns: 25 },
    );
  });

  test("refuse a page that reaches beyond its chunk, as one piece does", async () => {
    await fc.assert(
      fc.asyncProperty(files, reads, fc.nat(), fc.nat(255), async (options, { leastBytes, late }, at, byte) => {
        const whole = await fileOf(options);
        const { file, parts, chunks } = await chunksOfFile(whole, late);
        // The footer was read: what follows sees damaged chunks.
        const last = chunks.at(-1)!.chunk.end;
        whole[4 + (at % (last - 4))] = byte;
        const pages = windowedPages(file, parts.reader, chunks, leastBytes);
        for (const [place, plan] of chunks.entries()) {
          const one = pagesOf(parts.reader, plan, whole.subarray(plan.chunk.start, plan.chunk.end));
          for (;;) {
            let expected: IteratorResult<PageAt> | { readonly error: unknown };
            try {
              expected = one.next();
            } catch (error) {
              expected = { error };
            }
            if ("error" in expected) {
              await expect((async () => pages.next(place))()).rejects.toMatchObject({ code: "damaged-parquet" });
              break;
            }
            const found = await pages.next(place);
            if (expected.done) {
              expect(found).toBeUndefined();
              break;
            }
            expect(Buffer.compare(found!.body, expected.value.body)).toBe(0);
            found!.window.release();
          }
        }
      }),
      { seed, numRuns: 120 },
    );
  });
});

describe(`streams of chunks (seed ${seed})`, () => {
  test("hand out pages that stay until the next is asked for, dictionaries longer; chunks may be left early", async () => {
    const leaveAfter = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(files, reads, leaveAfter, async (options, { leastBytes, late }, leave) => {
        const bytes = await fileOf(options);
        const { file, parts, chunks } = await chunksOfFile(bytes, late);
        const pagesOfChunk = chunkStreams(file, parts.reader, chunks, leastBytes);
        const dictionaries: [found: Uint8Array, expected: Uint8Array][] = [];
        for (const [place, plan] of chunks.entries()) {
          const stream = pagesOfChunk(place);
          const expected = pagesInOnePiece(bytes, parts.reader, plan);
          // Some chunks are read to their end.
          const wanted = leave[place % leave.length]!;
          for (const { header, body } of wanted === 0 ? expected : expected.slice(0, wanted)) {
            const page = (await stream.next())!;
            if (late) await new Promise((resolve) => setImmediate(resolve));
            expect(page.header).toEqual(header);
            expect(Buffer.compare(page.body, body)).toBe(0);
            if (header.type === "DICTIONARY_PAGE" && plan.chunk.metadata.codec === "UNCOMPRESSED")
              dictionaries.push([page.body, body]);
          }
          if (wanted === 0) {
            expect(await stream.next()).toBeUndefined();
            expect(await stream.next()).toBeUndefined();
          }
        }
        for (const [found, body] of dictionaries) expect(Buffer.compare(found, body)).toBe(0);
      }),
      { seed, numRuns: 60 },
    );
  });

  test("do so too where pages are decompressed in threads, and reads take their time", async () => {
    const numbers = {
      ids: Int32Array.from({ length: 120_000 }, (_, i) => i * 7),
      other: new Int32Array(120_000).fill(3),
    };
    const noise = Int32Array.from({ length: 120_000 }, (_, i) => Math.imul(i, 0x9e3779b1));
    const table = arrow.tableFromArrays({ ...numbers, noise, again: numbers.ids });
    const { bytes } = await encodeParquet(table, { compression: "snappy", pageRows: 3000 });
    for (const leave of [0, 1, 2, 5, 17]) {
      const { file, parts, chunks } = await chunksOfFile(bytes, true);
      const pagesOfChunk = chunkStreams(file, parts.reader, chunks, 30_000);
      for (const [place, plan] of chunks.entries()) {
        const stream = pagesOfChunk(place);
        const { codec } = plan.chunk.metadata;
        const expected = pagesInOnePiece(bytes, parts.reader, plan);
        for (const { header, body } of leave === 0 ? expected : expected.slice(0, leave)) {
          const page = (await stream.next())!;
          for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
          expect(page.header).toEqual(header);
          expect(Buffer.compare(page.body, body)).toBe(0);
          const part = compressedPart(header, body, codec);
          const plain = part && decompress(part.bytes, part.byteLength, codec);
          if (page.plain) expect(Buffer.compare(await page.plain, plain!)).toBe(0);
        }
      }
    }
  });

  test("tell what a read fails with when it is its turn", async () => {
    const bytes = await fileOf({ seed: 5, compression: "snappy", pageRows: 20 });
    const { file, parts, chunks } = await chunksOfFile(bytes, false);
    let reads = 0;
    const failing = {
      ...file,
      readInto: async (start: number, targets: readonly Uint8Array[]) => {
        if (reads++ === 3) throw new Error("the disk is gone");
        await file.readInto(start, targets);
      },
    };
    const pagesOfChunk = chunkStreams(failing, parts.reader, chunks, 300);
    const readAll = async () => {
      for (const place of chunks.keys()) {
        const stream = pagesOfChunk(place);
        while (await stream.next());
      }
    };
    await expect(readAll()).rejects.toThrow("the disk is gone");
  });
});
