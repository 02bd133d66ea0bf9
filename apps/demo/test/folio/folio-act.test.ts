import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newFolder, removeFolder, seededRandom, startFromSource } from "@larder/app-shared/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FinishedFolioStep, FolioAct } from "../../src/folio/run-folio-act.js";
import { airportsFile } from "../harness/sample-files.js";
import { writeSmallFlights } from "../harness/small-flights.js";

const entry = fileURLToPath(new URL("../harness/folio-act.child.ts", import.meta.url));

describe("the act on a folio", () => {
  const folder = newFolder("folio");
  const data = join(folder, "flights.parquet");
  const home = join(folder, ".larder-demo");
  const start = () => startFromSource(entry, [folder, data, airportsFile, join(folder, "cache")], folder);
  let act: FolioAct;
  let told: string;
  const step = (name: FinishedFolioStep["step"]) => act.steps.find(({ step }) => step === name)!;

  beforeAll(async () => {
    await writeSmallFlights(data, 200_000, seededRandom(11));
    const { stdout, stderr, exitCode } = await start().finished;
    expect(exitCode, stderr).toBe(0);
    act = JSON.parse(stdout) as FolioAct;
    told = stderr;
  });
  afterAll(() => removeFolder(folder));

  it("makes no request for what is fresh, and none that is answered while the server is down", () => {
    const requests = act.steps.map(({ step, requests }) => [step, requests]);
    expect(Object.fromEntries(requests)).toMatchObject({
      first: 2,
      again: 0,
      updated: 2,
      stale: 0,
      "columns-again": 0,
    });
  });

  it("warns of who changed the ranking and when, and of a copy that could not be checked", () => {
    expect(step("updated").warnings.join()).toMatch(/ranking.*maria@flights\.example.*20\d\d-\d\d-\d\d/);
    expect(step("stale").warnings).toHaveLength(1);
    expect(step("updated").rows).toBe(step("first").rows - 1);
    expect(step("stale").value).toEqual(step("updated").value);
    expect(told).toContain(`  updated: ${step("updated").warnings[0]}`);
  });

  it("downloads three columns of the flights, and not the rest", () => {
    const { bytes, fileBytes, rows, valuesCompared } = step("columns");
    expect(bytes).toBeLessThan(fileBytes!);
    expect(bytes).toBeGreaterThan(0);
    expect(valuesCompared).toBe(rows * 3);
    expect(told).toMatch(/ columns +miss +\d+ requests, .* of a file of .*B/);
  });

  it("leaves neither what it published nor its cache, also when it is interrupted", async () => {
    expect(readdirSync(home).filter((name) => name.startsWith("folio-"))).toEqual([]);
    const interrupted = start();
    await interrupted.seen(/first \(the ranking\) runs in process/);
    interrupted.child.kill("SIGINT");
    expect((await interrupted.finished).exitCode).toBe(130);
    expect(existsSync(home) && readdirSync(home).filter((name) => name.startsWith("folio-"))).toEqual([]);
  });
});
