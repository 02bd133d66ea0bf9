import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { setAllocationLimit } from "../../src/format/allocation-limit.js";
import { corpus, needsShared } from "../foreign/support/corpus.js";
import { tableDifference } from "../support/table-difference.js";
import { expectAsHyparquet, type HyparquetExceptions } from "./support/as-hyparquet.js";
import { expectSameBothWays, readWay } from "./support/both-ways.js";

/** Every file of the shared data that is bad Parquet on purpose, or begins as Parquet does. */
const files = corpus(".");
const isBad = (name: string) => /bad_data|parquet-fuzz/.test(name);
const parquet = files?.names.filter((name) => isBad(name) || isParquet(join(files.directory, name))) ?? [];

/** What hyparquet reads otherwise in the good files. */
const exceptions: Readonly<Record<string, HyparquetExceptions>> = {
  // The dictionary pages say that they are longer than their chunks.
  "parquet-testing/data/nation.dict-malformed.parquet": { file: /Invalid typed array length/ },
};

describe("files of the shared data, directly, by the general decoders and by hyparquet", () => {
  beforeAll(() => setAllocationLimit(256 << 20));
  afterAll(() => setAllocationLimit(Number.POSITIVE_INFINITY));

  test("are here, and no exception stands for one that is not", (context) => {
    if (!files) return context.skip(needsShared);
    expect(parquet.filter((name) => !isBad(name)).length).toBeGreaterThanOrEqual(35);
    expect(parquet.filter(isBad).length).toBeGreaterThanOrEqual(70);
    expect(Object.keys(exceptions).filter((name) => !parquet.includes(name))).toEqual([]);
  });

  test.each(parquet.filter((name) => !isBad(name)))("%s", async (name) => {
    const bytes = readFileSync(join(files!.directory, name));
    const table = await expectSameBothWays(bytes, name);
    // Both ways refuse it, for the same reason.
    if (table instanceof Error) return;
    await expectAsHyparquet(bytes, table, name, exceptions[name]);
  });

  // One way may be stricter than the other; where both read it they read the same.
  test.each(parquet.filter(isBad))("%s: the same values or an error", async (name) => {
    const bytes = readFileSync(join(files!.directory, name));
    const whole = (direct: boolean) => readWay(bytes, direct, (scan) => scan);
    const [general, direct] = [await whole(false), await whole(true)];
    if (general instanceof Error || direct instanceof Error) return;
    expect(tableDifference(general, direct)).toBeUndefined();
  });
});

function isParquet(path: string): boolean {
  return readFileSync(path).subarray(0, 4).toString("latin1") === "PAR1";
}
