import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Cache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import { afterAll, expect, test } from "vitest";

const parent = mkdtempSync(join(tmpdir(), "larder-atomics-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const processes = 4;
const threads = 4;
const rounds = process.env.LARDER_FAULTS_LONG === "1" ? 1000 : 25;

/** What one thread was told. */
interface Told {
  readonly name: string;
  /** What increments returned. */
  readonly numbers: readonly number[];
  /** Rounds whose key it added. */
  readonly added: readonly number[];
  /** What it popped. */
  readonly popped: readonly number[];
}

function run(directory: string, number: number): Promise<Told[]> {
  const program = fileURLToPath(new URL("./programs/atomics-process.ts", import.meta.url));
  const args = [
    "--conditions=larder-source",
    "--import",
    "tsx",
    program,
    directory,
    String(number),
    String(threads),
    String(rounds),
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on("data", (data: Buffer) => output.push(data));
    child.stderr.on("data", (data: Buffer) => errors.push(data));
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(Buffer.concat(output).toString()) as Told[]);
      else reject(new Error(`process ${number} ended with ${code}: ${Buffer.concat(errors)}`));
    });
  });
}

test(`${processes} processes of ${threads} threads each count, add, pop and move exactly`, async () => {
  const directory = join(parent, "cache");
  const cache = new Cache({ backend: new DiskCache({ directory }) });
  await cache.setMany(Array.from({ length: rounds }, (_, i) => [`pop/${i}`, i]));
  await cache.setMany(Array.from({ length: 5 }, (_, i) => [`account/${i}`, 100]));

  const told = (await Promise.all(Array.from({ length: processes }, (_, number) => run(directory, number)))).flat();
  expect(told.length).toBe(processes * threads);

  const increments = told.length * (Math.ceil(rounds / 2) + 3 * Math.floor(rounds / 2));
  expect(await cache.get("number")).toBe(increments);
  const numbers = told.flatMap((thread) => thread.numbers).sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: increments }, (_, i) => i + 1));

  const everyRound = Array.from({ length: rounds }, (_, i) => i);
  expect(told.flatMap(({ added }) => added).sort((a, b) => a - b)).toEqual(everyRound);
  for (const { name, added } of told) for (const round of added) expect(await cache.get(`add/${round}`)).toBe(name);

  expect(told.flatMap(({ popped }) => popped).sort((a, b) => a - b)).toEqual(everyRound);
  expect((await cache.getMany(everyRound.map((round) => `pop/${round}`))).size).toBe(0);

  const balances = await cache.getMany<number>([0, 1, 2, 3, 4].map((i) => `account/${i}`));
  expect([...balances.values()].reduce((sum, balance) => sum + balance, 0)).toBe(500);

  // Statistics of all threads add up: what was stored by increments, adds, moves, and at the start.
  const moves = 2 * rounds * told.length;
  expect(await cache.stats()).toMatchObject({ sets: rounds + 5 + increments + rounds + moves, deletes: rounds });
  expect((await (cache.backend as DiskCache).check()).problems).toEqual([]);
  await cache.close();
}, 300_000);
