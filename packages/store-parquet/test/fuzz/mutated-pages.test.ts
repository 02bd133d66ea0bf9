import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundledPrograms } from "../foreign/support/bundled-child.js";
import { type FuzzedColumn, makeFuzzPool } from "./support/fuzz-pool.js";
import { runFuzz } from "./support/run-fuzz.js";

const long = process.env.LARDER_FAULTS_LONG === "1";
const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_127);
/** Four cases in five change a page; the others an index or the footer. */
const cases = long ? 125_000 : 6250;
/** One case alone, by its number. */
const only = process.env.LARDER_FUZZ_CASE === undefined ? undefined : Number(process.env.LARDER_FUZZ_CASE);

describe(`files of which a page, an index or the footer was changed (seed ${seed})`, () => {
  const bundled = bundledPrograms({ "fuzz-pages": "../../fuzz/programs/fuzz-pages.ts" });
  const folder = mkdtempSync(join(tmpdir(), "larder-fuzz-"));
  let pool: readonly FuzzedColumn[];
  beforeAll(async () => {
    pool = await makeFuzzPool(folder, 7);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("give the same values directly as by the general decoders, or an error", async () => {
    const [program] = bundled("fuzz-pages").args as [string];
    const range = only === undefined ? ([0, cases] as const) : ([only, only + 1] as const);
    const started = performance.now();
    const { failures, alone, ...report } = await runFuzz(program, folder, seed, range);
    const seconds = Math.round((performance.now() - started) / 1000);
    console.info(`${report.cases} changed files of ${pool.length} columns in ${seconds} s: ${JSON.stringify(report)}`);
    if (only !== undefined) console.info(alone);
    expect(failures).toEqual([]);
    expect(report.peakMegabytes).toBeLessThan(700);
    if (only !== undefined) return;
    expect(report.pages).toBe(cases * 0.8);
    // It proves something only if most changes are met, and the direct path is taken.
    expect(report.outcomes.refused).toBeGreaterThan(cases * 0.2);
    expect(report.outcomes["changed alike"]).toBeGreaterThan(cases * 0.1);
    expect(report.scatteredCases).toBeGreaterThan(cases * 0.25);
  }, 900_000);
});
