import { bytesSource, LarderError } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import { type ColumnMetaData, type FileMetaData, parquetMetadata } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keptTypes, makeTable, seededRandom } from "./support/random-table.js";

const seed = 20_261_121;
const unhandled: unknown[] = [];
const listen = (reason: unknown): number => unhandled.push(reason);
let files: Uint8Array[];

beforeAll(async () => {
  process.on("unhandledRejection", listen);
  const columns = Object.keys(keptTypes).map((type, i) => ({ type, name: `c${i} ${type}`, nulls: (i % 3) * 0.2 }));
  const table = makeTable({ columns, batches: [300], cut: [0, 0], seed });
  files = [
    (await encodeParquet(table, { rowGroupRows: 90 })).bytes,
    (await encodeParquet(table, { rowGroupRows: 90, compression: "snappy" })).bytes,
  ];
});

afterAll(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", listen);
  expect(unhandled).toEqual([]);
});

/** `"read"`, or the code of the refusal; any other error fails the test. */
async function outcomeOf(bytes: Uint8Array): Promise<string> {
  const table = openParquet(bytesSource(bytes));
  try {
    await table.scan().slice(95, 20).toColumns();
    await table.scan().toArrow();
    return "read";
  } catch (error) {
    if (!LarderError.isInstance(error)) throw error;
    expect(error.message).toMatch(/^[A-Z].*\.$/s);
    return error.code;
  }
}

function chunk(metadata: FileMetaData): ColumnMetaData {
  return metadata.row_groups[1]!.columns[4]!.meta_data!;
}

/** The file with its footer edited. */
function withFooter(file: Uint8Array, edit: (metadata: FileMetaData) => unknown): Uint8Array {
  const footer = new DataView(file.buffer).getUint32(file.byteLength - 8, true) + 8;
  const metadata = parquetMetadata(file);
  // Bounds would be written from what was read of them; they play no part here.
  for (const { columns } of metadata.row_groups) for (const { meta_data } of columns) delete meta_data!.statistics;
  edit(metadata);
  const writer = new ByteWriter();
  writeMetadata(writer, metadata);
  return Buffer.concat([file.subarray(0, file.byteLength - footer), writer.getBytes(), Buffer.from("PAR1")]);
}

describe(`files that are not what they were (seed ${seed})`, () => {
  test("cut short anywhere, a file is refused", async () => {
    for (const file of files) {
      const lengths = Array.from({ length: 200 }, (_, i) => Math.floor((i * (file.byteLength - 1)) / 200));
      for (const length of [...lengths, file.byteLength - 1, file.byteLength - 4, file.byteLength - 8]) {
        expect(["not-parquet", "damaged-parquet"]).toContain(await outcomeOf(file.slice(0, length)));
      }
    }
  }, 60_000);

  test("with any bit flipped, a file is refused or read, and nothing else happens", async () => {
    const random = seededRandom(seed);
    const outcomes = new Map<string, number>();
    for (const file of files) {
      const footer = new DataView(file.buffer).getUint32(file.byteLength - 8, true) + 8;
      for (let i = 0; i < 500; i++) {
        const flipped = file.slice();
        // Half of them in the footer, where they do most.
        const start = i % 2 === 0 ? 0 : file.byteLength - footer;
        const place = start + Math.floor(random() * (file.byteLength - start));
        flipped[place]! ^= 1 << Math.floor(random() * 8);
        const outcome = await outcomeOf(flipped);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    }
    expect(
      [...outcomes.keys()].every((code) => /^(read|[a-z]+-(parquet|column|dictionary)|column-too-large)$/.test(code)),
    ).toBe(true);
    expect(outcomes.get("damaged-parquet") ?? 0).toBeGreaterThan(100);
  }, 120_000);

  test("with a stretch of zeros or noise, too", async () => {
    const random = seededRandom(seed + 1);
    for (const file of files) {
      for (let i = 0; i < 100; i++) {
        const spoilt = file.slice();
        const start = Math.floor(random() * file.byteLength);
        const end = Math.min(start + Math.floor(random() * 200), file.byteLength);
        for (let at = start; at < end; at++) spoilt[at] = i % 2 === 0 ? 0 : Math.floor(random() * 256);
        await outcomeOf(spoilt);
      }
    }
  }, 60_000);

  test("what never was a Parquet file is refused as such", async () => {
    const texts = ["", "PAR1", "hello", "PAR1PAR1PAR1", "a,b\n1,2\n".repeat(50), "PAR1".padEnd(500, "x")];
    const outcomes = await Promise.all(texts.map((text) => outcomeOf(Buffer.from(text))));
    expect(outcomes).toEqual([
      "not-parquet",
      "not-parquet",
      "not-parquet",
      "damaged-parquet",
      "not-parquet",
      "damaged-parquet",
    ]);
    const message = await openParquet(bytesSource(Buffer.from("a,b\n1,2\n3,4\n")))
      .scan()
      .count()
      .catch((error: unknown) => (error as Error).message);
    expect(message).toBe(
      "This is not a Parquet file: it neither begins nor ends with the mark PAR1. Check that the right file or blob was opened.",
    );
  });

  test("a footer that contradicts itself or the file is refused", async () => {
    const edits: [string, (metadata: FileMetaData) => void][] = [
      ["rows", (metadata) => metadata.num_rows++],
      ["rows of a group", (metadata) => metadata.row_groups[1]!.num_rows--],
      ["values of a column", (metadata) => chunk(metadata).num_values++],
      ["a column outside the file", (metadata) => (chunk(metadata).total_compressed_size += 10n ** 9n)],
      ["a column before the file", (metadata) => (chunk(metadata).data_page_offset = -8n)],
      ["a missing column", (metadata) => metadata.row_groups[2]!.columns.pop()],
      ["a column elsewhere", (metadata) => (metadata.row_groups[0]!.columns[0]!.file_path = "other.parquet")],
      ["another type", (metadata) => (chunk(metadata).type = "FLOAT")],
      ["a missing row group", (metadata) => metadata.row_groups.pop()],
      ["a column too few in the schema", (metadata) => metadata.schema[0]!.num_children!--],
      ["an impossible row group", (metadata) => (metadata.row_groups[0]!.num_rows = -5n)],
    ];
    expect(await outcomeOf(withFooter(files[0]!, () => {}))).toBe("read");
    for (const [what, edit] of edits)
      expect([what, await outcomeOf(withFooter(files[0]!, edit))]).toEqual([what, "damaged-parquet"]);
  });

  test("an encrypted file is named as one", async () => {
    const encrypted = files[0]!.slice();
    encrypted.set(Buffer.from("PARE"), encrypted.byteLength - 4);
    expect(await outcomeOf(encrypted)).toBe("unsupported-parquet");
  });
});
