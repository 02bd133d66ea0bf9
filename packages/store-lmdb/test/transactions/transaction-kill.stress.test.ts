import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { startProgram } from "../run-program.js";
import { randomNumbers, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";

const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_127);
const rounds = process.env.LARDER_FAULTS_LONG === "1" ? 60 : 3;

test("a process that is killed leaves of each transaction everything or nothing, and of those acknowledged everything", async () => {
  console.log(`seed ${seed}, ${rounds * 3} kills`);
  const directory = cacheDirectory();
  const next = randomNumbers(seed);
  const problems: string[] = [];
  let transactions = 0;
  for (let round = 0; round < rounds; round++) {
    const runs = [1, 2, 3].map((writer) => round * 3 + writer);
    const ends = await Promise.all(runs.map((run) => killAfter(directory, run, 3 + Math.floor(next() * 20))));
    const backend = new LmdbBackend({ directory, onEvent: (event) => problems.push(JSON.stringify(event)) });
    for (const [i, { acknowledged, underWay }] of ends.entries()) {
      transactions += acknowledged % 100_000;
      const number = await numberOf(backend, runs[i]!);
      expect([acknowledged, underWay]).toContain(number);
    }
    const report = await backend.check();
    // The file of a transaction that was cut off before its commit.
    problems.push(...report.problems.filter(({ kind }) => kind !== "file-without-row").map(({ message }) => message));
    await backend.close();
  }
  console.log(`${transactions} transactions`);
  expect(problems).toEqual([]);
}, 600_000);

interface End {
  readonly acknowledged: number;
  readonly underWay: number;
}

async function killAfter(directory: string, run: number, acknowledgements: number): Promise<End> {
  const { child, ended } = startProgram("transact-until-killed", [directory, String(run)]);
  let seen = 0;
  child.stdout!.on("data", (data: Buffer) => {
    seen += data.toString().match(/written /g)?.length ?? 0;
    if (seen >= acknowledgements) child.kill("SIGKILL");
  });
  const { signal, output, errors } = await ended;
  expect({ signal, errors }).toEqual({ signal: "SIGKILL", errors: "" });
  const last = (what: string) =>
    Number(
      output
        .filter((line) => line.startsWith(`${what} `))
        .at(-1)!
        .split(" ")[1],
    );
  return { acknowledged: last("written"), underWay: last("writing") };
}

/** The number that all keys of a run agree on. */
async function numberOf(backend: LmdbBackend, run: number): Promise<number> {
  const numbers = new Set<number>();
  for (const key of ["a", "b", "c", "x", "y"]) {
    const stored = (await backend.getBlob(`${run}/${key}`))!;
    const number = stored.record.details!.number as number;
    const bytes = await stored.source.slice(0);
    expect(Buffer.compare(bytes, sampleBytes(bytes.byteLength, number))).toBe(0);
    await stored.close?.();
    numbers.add(number);
  }
  const keys: string[] = [];
  for await (const key of backend.keys({ prefix: `${run}/` })) keys.push(key);
  expect(keys).toHaveLength(6);
  expect([...numbers]).toHaveLength(1);
  const [number] = numbers as unknown as [number];
  expect(keys).toContain(`${run}/${number}`);
  return number;
}
