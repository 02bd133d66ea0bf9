import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compact, getCachedData, getData } from "../../src/index.js";
import { openCache } from "../support/open-cache.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { type CountingServer, countingServer, rowOf } from "./counting-server.js";
import { seededNumbers } from "./seeded-numbers.js";
import { bundleFetchRows, startProgram } from "./start-program.js";

const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_127);
const long = process.env.LARDER_FAULTS_LONG === "1";
const columns = ["delay", "city"];
const table = "aviation.flights";

let program: string;
let server: CountingServer;
beforeAll(async () => {
  program = await bundleFetchRows(temporaryDirectory());
  server = await countingServer();
}, 60_000);
afterAll(() => server.close());

const everyId = (universe: number) => Array.from({ length: universe }, (_, id) => id);

/** What the cache holds of all ids must be what the database holds. @returns the ids it knows of */
async function checkCached(cache: ReturnType<typeof openCache>, universe: number): Promise<Set<number>> {
  const { missingIds, absentIds, toRows } = await getCachedData({ table, ids: everyId(universe), columns, cache });
  const missing = new Set<unknown>(missingIds);
  const known = everyId(universe).filter((id) => !missing.has(id));
  expect(toRows()).toEqual(known.map(rowOf).filter((row) => row !== undefined));
  expect(absentIds).toEqual(known.filter((id) => rowOf(id) === undefined));
  return new Set(known);
}

test("four processes on one table get right answers, and the database is asked once for each id", async () => {
  console.log(`seed ${seed}`);
  const before = new Map(server.asked);
  const directory = temporaryDirectory();
  const universe = 4000;
  const requests = long ? 200 : 40;
  const running = [1, 2, 3, 4].map((n) =>
    startProgram(program, [directory, server.url, seed + n, universe, requests].map(String)),
  );
  const cache = openCache({ directory });
  // Meanwhile somebody reads, and never sees what was known become unknown, or anything wrong.
  let over = false;
  const ended = Promise.all(running.map((one) => one.ended)).finally(() => {
    over = true;
  });
  let known = new Set<number>();
  let looks = 0;
  while (!over) {
    const now = await checkCached(cache, universe);
    expect([...known].filter((id) => !now.has(id))).toEqual([]);
    known = now;
    looks++;
    if (looks % 5 === 0) await compact(table, { cache });
  }
  expect(await ended).toEqual(running.map(() => ({ code: 0, signal: null, errors: "" })));
  const asked = everyId(universe).map((id) => (server.asked.get(id) ?? 0) - (before.get(id) ?? 0));
  const wanted = new Set(running.flatMap(({ lines }) => lines.flatMap((line) => line.split(",").map(Number))));
  expect(asked).toEqual(everyId(universe).map((id) => (wanted.has(id) ? 1 : 0)));
  expect(await checkCached(cache, universe)).toEqual(wanted);
  expect(looks).toBeGreaterThan(1);
}, 300_000);

test("a process killed at any moment leaves all that it was answered, and nothing that is wrong", async () => {
  console.log(`seed ${seed}`);
  const random = seededNumbers(seed);
  const directory = temporaryDirectory();
  const universe = 60_000;
  const kills = long ? 200 : 20;
  const answered = new Set<number>();
  for (let kill = 0; kill < kills; kill++) {
    const after = 1 + Math.floor(random() * 12);
    const delay = random() * 20;
    const running = startProgram(
      program,
      [directory, server.url, seed * 1000 + kill, universe, 0].map(String),
      (lines) => {
        if (lines === after) setTimeout(() => running.child.kill("SIGKILL"), delay);
      },
    );
    expect(await running.ended).toMatchObject({ signal: "SIGKILL", errors: "" });
    for (const line of running.lines.slice(0, -1)) for (const id of line.split(",")) answered.add(Number(id));
    const cache = openCache({ directory });
    const known = await checkCached(cache, universe);
    expect([...answered].filter((id) => !known.has(id))).toEqual([]);
    await cache.close();
  }
  const cache = openCache({ directory });
  await compact(table, { cache });
  await checkCached(cache, universe);
  const path = cache.datasets.datasetPath(table);
  expect(readdirSync(join(path, "recent"))).toEqual([]);
  // It goes on being used, and asks for nothing that was answered.
  const ids = [...answered];
  const fetcher = () => {
    throw new Error("The database was asked for what is cached.");
  };
  const answer = await getData({ table, ids, columns, fetcher, cache, onMissing: "omit" });
  expect(answer.toRows()).toEqual(ids.map(rowOf).filter((row) => row !== undefined));
  expect(answer.report.queries).toBe(0);
}, 1_200_000);

test("who waits for a process that is killed fetches what that one would have", async () => {
  const directory = temporaryDirectory();
  const cache = openCache({ directory });
  const dataset = await cache.datasets.openDataset(table);
  await dataset.close();
  // It claims, and is killed while the database is silent.
  const silent = await silentServer();
  const running = startProgram(program, [directory, silent.url, seed, 500, 1].map(String));
  await silent.asked;
  const answer = getData({
    table,
    ids: everyId(500),
    columns,
    fetcher: (ids) => (ids as number[]).map(rowOf).filter((row) => row !== undefined),
    cache,
    onMissing: "omit",
  });
  running.child.kill("SIGKILL");
  expect((await answer).toRows()).toEqual(
    everyId(500)
      .map(rowOf)
      .filter((row) => row !== undefined),
  );
  await silent.close();
}, 60_000);

/** A database that never answers. */
async function silentServer() {
  const { createServer } = await import("node:http");
  let heard = () => {};
  const asked = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const server = createServer(() => heard());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as import("node:net").AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    asked,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

test("nothing of a table lies where its files could be taken for those of another", async () => {
  const directory = temporaryDirectory();
  const cache = openCache({ directory });
  const tables = ["a_b.c", "a.b_c", "../../x", "..", "a/b.c", "A.b", "a.B", "a.b", "con.nul", "a..b", "ä.b"];
  for (const [n, name] of tables.entries()) {
    const fetcher = (ids: readonly unknown[]) => ids.map((id) => ({ id, n }));
    await getData({ table: name, ids: [1], columns: ["n"], fetcher, cache });
  }
  const fetcher = () => {
    throw new Error("The database was asked for what is cached.");
  };
  for (const [n, name] of tables.entries()) {
    const answer = await getData({ table: name, ids: [1], columns: ["n"], fetcher, cache });
    expect(answer.toRows()).toEqual([{ id: 1, n }]);
    const path = cache.datasets.datasetPath(name);
    expect(path.startsWith(join(directory, "datasets"))).toBe(true);
    expect(JSON.parse(readFileSync(join(path, "dataset.json"), "utf8")).table).toBe(name);
  }
}, 60_000);
