import { beforeAll, describe, expect, test } from "vitest";
import { loadCodecs, loadedCodec } from "../../src/format/codecs/codec-table.js";
import type { CompressionCodec } from "../../src/format/parquet-file-reader.js";
import type { PageAt } from "../../src/read/decode-chunk.js";
import { pagesAhead } from "../../src/read/pages-ahead.js";
import type { ChunkPlan } from "../../src/read/read-plan.js";
import { oneRun } from "../../src/read/row-runs.js";
import { longPage } from "./support/compressible.js";

const rows = 1000;
const allRows = oneRun(0, rows);
beforeAll(() => loadCodecs(["LZ4_RAW", "ZSTD", "LZ4"]));

/** A chunk of so many pages of 64 KiB, which tells how many of them were asked for. */
function chunkOf(count: number, codec: CompressionCodec, pageBytes = 65_536) {
  const asked = { pages: 0 };
  const page = longPage(pageBytes, 5);
  const stored = loadedCodec("LZ4_RAW")!.compress!(page);
  function* pages(): Generator<PageAt> {
    for (let i = 0; i < count; i++) {
      asked.pages++;
      yield {
        header: {
          type: "DATA_PAGE",
          uncompressed_page_size: pageBytes,
          compressed_page_size: stored.byteLength,
          data_page_header: { num_values: i, encoding: "PLAIN" },
        } as PageAt["header"],
        body: stored,
        end: 0,
      };
    }
  }
  const metadata = { codec, total_uncompressed_size: BigInt(count * pageBytes) };
  const plan = { leaf: {}, chunk: { rows, metadata }, pieces: [{ start: 0, end: 1, firstRow: 0 }] };
  return { asked, page, pages: pages(), plan: plan as unknown as ChunkPlan };
}

describe("pages ahead of their decoding", () => {
  test("come in their order, each decompressed, and a bounded number of them before they are asked for", async () => {
    const { asked, page, pages, plan } = chunkOf(300, "LZ4_RAW");
    const ahead = pagesAhead(pages, plan, allRows);
    for (let i = 0; i < 300; i++) {
      const next = ahead.next()!;
      expect(next.header.data_page_header!.num_values).toBe(i);
      expect(Buffer.compare((await next.plain)!, page)).toBe(0);
      expect(asked.pages).toBe(Math.min(i + 32, 300));
    }
    expect(ahead.next()).toBeUndefined();
  });

  test("are few where they are large", () => {
    const { asked, pages, plan } = chunkOf(12, "LZ4_RAW", 2 ** 21);
    pagesAhead(pages, plan, allRows).next();
    expect(asked.pages).toBe(2);
  });

  test.each([
    ["not all rows are wanted", 300, "LZ4_RAW", oneRun(0, 10)],
    ["the chunk is small", 3, "LZ4_RAW", allRows],
    ["nothing is compressed", 300, "UNCOMPRESSED", allRows],
    ["the codec has no thread", 300, "LZ4", allRows],
  ] as const)("are left alone where %s", (_, count, codec, runs) => {
    const { asked, pages, plan } = chunkOf(count, codec);
    const ahead = pagesAhead(pages, plan, runs);
    expect(ahead.next()).toMatchObject({ plain: undefined });
    expect(asked.pages).toBe(1);
  });

  test("that can't be decompressed say so when it is their turn, and not before", async () => {
    const { pages, plan } = chunkOf(20, "ZSTD");
    const ahead = pagesAhead(pages, plan, allRows);
    const first = ahead.next()!;
    await new Promise((resolve) => setImmediate(resolve));
    await expect(first.plain).rejects.toMatchObject({ code: "damaged-parquet" });
    await expect(ahead.next()!.plain).rejects.toMatchObject({ code: "damaged-parquet" });
  });
});
