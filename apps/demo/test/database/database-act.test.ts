import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newFolder, removeFolder, seededRandom } from "@larder/app-shared/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/database/open-database.js";
import type { DatabaseAct } from "../../src/database/run-database-act.js";
import { runDatabaseAct, startDatabaseAct } from "../harness/run-database-act.js";
import { writeSmallFlights } from "../harness/small-flights.js";

// What comes after what is meant here: each test goes on with the folder as the one before has left it.
describe("the act on a database", () => {
  const folder = newFolder("database");
  const data = join(folder, "flights.parquet");
  const home = join(folder, ".larder-demo");
  const databases = () => readdirSync(home).filter((name) => name.startsWith("flights-"));
  const database = () => join(home, databases()[0]!);
  const step = (act: DatabaseAct, name: string) => act.steps.find(({ step }) => step === name)!;
  let first: { act: DatabaseAct; told: string };

  async function toldAct(): Promise<{ act: DatabaseAct; told: string }> {
    const { act, told } = await runDatabaseAct(folder, data);
    return { act: act!, told };
  }

  beforeAll(async () => {
    await writeSmallFlights(data, 5000, seededRandom(7));
    first = await toldAct();
  });
  afterAll(() => removeFolder(folder));

  it("asks for what the cache lacks, and for nothing else", () => {
    const told = first.act.steps.map(({ step, queries, rowsAsked, cellsAsked, columnsAsked, idsFromCache, rows }) => ({
      step,
      asked: [queries, rowsAsked, cellsAsked],
      columnsAsked,
      idsFromCache,
      rows,
    }));
    const four = ["delay", "distance", "origin", "airport"];
    expect(told).toEqual([
      { step: "fetch", asked: [20, 2000, 8000], columnsAsked: four, idsFromCache: 0, rows: 2000 },
      { step: "again", asked: [0, 0, 0], columnsAsked: [], idsFromCache: 2000, rows: 2000 },
      { step: "column", asked: [20, 2000, 2000], columnsAsked: ["destination"], idsFromCache: 0, rows: 2000 },
      { step: "ids", asked: [5, 500, 2500], columnsAsked: [...four, "destination"], idsFromCache: 2000, rows: 2500 },
      { step: "interrupted", asked: [10, 1000, 4000], columnsAsked: four, idsFromCache: 0, rows: 0 },
      { step: "rest", asked: [10, 1000, 4000], columnsAsked: four, idsFromCache: 1000, rows: 2000 },
    ]);
  });

  it("keeps what was stored until Ctrl-C, so that only the rest is asked", () => {
    expect(step(first.act, "interrupted")).toMatchObject({
      interrupted: true,
      missingBefore: 2000,
      missingAfter: 1000,
    });
    expect(step(first.act, "rest")).toMatchObject({ interrupted: false, missingBefore: 1000, missingAfter: 0 });
  });

  it("performs each request in a process of its own, and compares the answers with the database", () => {
    const { steps, counters, answer } = first.act;
    expect(new Set(steps.map(({ processId }) => processId)).size).toBe(6);
    expect(steps.map(({ rowsCompared }) => rowsCompared)).toEqual([2000, 2000, 2000, 2500, 0, 2000]);
    expect(counters).toMatchObject({
      misses: 5,
      hits: 1,
      queries: 65,
      rowsAsked: 6500,
      cellsAsked: 20_500,
      rowsCompared: 10_500,
    });
    expect((answer as { columns: { name: string }[] }).columns.map(({ name }) => name)).toEqual([
      "id",
      "delay",
      "distance",
      "origin",
      "airport.location.city",
    ]);
  });

  it("says in words what was asked", () => {
    expect(first.told).toMatch(/ fetch +miss +2,000 rows of 4 columns in 20 queries /);
    expect(first.told).toMatch(/ again +hit +nothing asked: 2,000 rows in the cache /);
    expect(first.told).toMatch(/ column +miss +2,000 rows of 1 column in 20 queries /);
    expect(first.told).toMatch(/ interrupted +miss +1,000 rows of 4 columns in 10 queries, then Ctrl-C /);
    expect(first.told).toMatch(/ rest +miss +1,000 rows of 4 columns in 10 queries; 1,000 rows in the cache /);
  });

  it("makes a broken database anew, and asks it for nothing when the cache was kept", async () => {
    writeFileSync(database(), "this was a database");
    const { act, told } = await toldAct();
    expect(told).toContain("The database of an earlier demo was broken; it was made anew.");
    expect(act.nodes.map(({ decision }) => decision)).toEqual(["hit", "hit", "hit", "hit", "hit", "hit"]);
    expect(act.counters).toMatchObject({ queries: 0, rowsAsked: 0, misses: 0, hits: 6, rowsCompared: 12_500 });
    expect(databases()).toHaveLength(1);
  });

  it("finds the database the next time, and fails in a sentence when an answer is not the database's own", async () => {
    const changed = await openDatabase(database());
    changed.exec("UPDATE flights SET delay = delay + 1");
    changed.close();
    const before = statSync(database());
    const { stdout, stderr, exitCode } = await startDatabaseAct(folder, data).finished;
    const after = statSync(database());
    expect(stderr).toContain("5,000 flights, made before: ");
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
    expect(stderr).toMatch(/\nThe answer from the cache differs from the database's own\. delay of \d+ is .*\n$/);
    expect(databases()).toHaveLength(1);
  });

  it("is left out, and says why, where there are too few flights; the database of the others goes", async () => {
    const few = join(folder, "few.csv");
    writeFileSync(
      few,
      "date,delay,distance,origin,destination\n2001-01-31,10,100,JFK,BOS\n2001-01-31,20,100,JFK,BOS\n",
    );
    const before = database();
    const { act, told } = await runDatabaseAct(folder, few);
    expect(act).toBeNull();
    expect(told).toContain("This act is left out: it needs at least 3 flights.");
    expect(existsSync(before)).toBe(false);
    expect(databases()).toHaveLength(1);
  });
});
