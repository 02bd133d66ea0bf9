import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { logicalTexts } from "../support/logical-text.js";
import { arrowOf, polarsFrame } from "../support/polars.js";
import { keptTypes, makeTable } from "../support/random-table.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { collectEncodings, type MetEncodings } from "./met-encodings.js";
import { polarsDifferences } from "./polars-differences.js";
import { expectColumns, type WantedColumn } from "./same-values.js";

const folder = scratchFolder();
afterAll(folder.remove);

const codecs = ["uncompressed", "snappy", "gzip", "brotli", "lz4", "zstd"] as const;

/** What the files of the test below really hold, so that it can't become less without being noticed. */
const met: MetEncodings = {
  codecs: ["BROTLI", "GZIP", "LZ4_RAW", "SNAPPY", "UNCOMPRESSED", "ZSTD"],
  encodings: {
    BOOLEAN: ["PLAIN", "RLE"],
    BYTE_ARRAY: ["PLAIN", "RLE", "RLE_DICTIONARY"],
    DOUBLE: ["PLAIN", "RLE"],
    FIXED_LEN_BYTE_ARRAY: ["PLAIN", "RLE"],
    FLOAT: ["PLAIN", "RLE"],
    INT32: ["PLAIN", "RLE", "RLE_DICTIONARY"],
    INT64: ["PLAIN", "RLE", "RLE_DICTIONARY"],
  },
};

describe("files of Polars are read right", () => {
  // Polars has no place for these.
  const types = Object.keys(keptTypes).filter((type) => !polarsDifferences[type]?.refuses);
  const columns = types.flatMap((type, i) => [0, 0.3, 1].map((nulls, j) => ({ type, name: `c${3 * i + j}`, nulls })));
  // Decimals beyond their own precision lose digits in the writer.
  const isDecimal = ({ type }: { type: string }) => type === "decimal";
  const recipe = { batches: [150], cut: [0, 0], seed: 37 } as const;
  const extreme = makeTable({ ...recipe, columns: columns.filter((column) => !isDecimal(column)) });
  const frame = polarsFrame(
    extreme.assign(makeTable({ ...recipe, columns: columns.filter(isDecimal), extremes: false })),
  );
  const held = arrowOf(frame);
  const wanted = held.schema.names.map(
    (name): WantedColumn => ({ name: String(name), texts: logicalTexts(held.getChild(name)!) }),
  );

  test("in every codec, with pages and row groups of several sizes, with and without statistics", async () => {
    const seen = collectEncodings();
    for (const compression of codecs) {
      for (const [dataPageSize, rowGroupSize, statistics] of [
        [undefined, undefined, true],
        [100, 40, false],
      ] as const) {
        const path = folder.path();
        const options = { compression, statistics, ...(rowGroupSize && { rowGroupSize, dataPageSize }) };
        frame.lazy().sinkParquet(path, options).collectSync();
        const bytes = readFileSync(path);
        seen.add(bytes);
        await expectColumns(bytes, wanted, `${compression}, pages of ${dataPageSize}`);
      }
    }
    expect(seen.met()).toEqual(met);
    expect(seen.gaps()).toEqual([]);
  });
});
