import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { startProgram } from "./run-program.js";
import { randomNumbers, sampleBytes } from "./sample-blob.js";
import { cacheDirectory } from "./temporary-directory.js";

/** What a key may hold: one value, one of two while a write was under way, or nothing. */
interface Expected {
  readonly acknowledged: Written | undefined;
  underWay?: Written | "deleted";
}

interface Written {
  readonly seed: number;
  readonly size: number;
}

const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_121);
const rounds = process.env.LARDER_FAULTS_LONG === "1" ? 334 : 11;

test("after each of many kills every acknowledged write is there and right, and check finds nothing it can't explain", async () => {
  console.log(`seed ${seed}, ${rounds * 3} kills`);
  const directory = cacheDirectory();
  const next = randomNumbers(seed);
  const problems: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const runs = [0, 1, 2].map((writer) => round * 3 + writer);
    const expected = await Promise.all(runs.map((run) => killAfter(directory, run, 5 + Math.floor(next() * 60))));
    const backend = new LmdbBackend({ directory, onEvent: (event) => problems.push(JSON.stringify(event)) });
    for (const keys of expected) {
      for (const [key, value] of keys) await expectOneOf(backend, key, value);
    }
    const report = await backend.check({ fix: true });
    // A file whose transaction was cut off before its commit.
    problems.push(...report.problems.filter(({ kind }) => kind !== "file-without-row").map(({ message }) => message));
    problems.push(...(await backend.check()).problems.map(({ message }) => message));
    await backend.close();
  }
  expect(problems).toEqual([]);
}, 3_600_000);

async function killAfter(directory: string, run: number, acknowledgements: number): Promise<Map<string, Expected>> {
  const { child, ended } = startProgram("acknowledging-writer", [directory, String(run)]);
  let seen = 0;
  child.stdout!.on("data", (data: Buffer) => {
    seen += data
      .toString()
      .split("\n")
      .filter((line) => /^(set|deleted) /.test(line)).length;
    if (seen >= acknowledgements) child.kill("SIGKILL");
  });
  const { signal, output, errors } = await ended;
  expect({ signal, errors }).toEqual({ signal: "SIGKILL", errors: "" });
  const keys = new Map<string, Expected>();
  for (const line of output) {
    const [what, key, of, size] = line.split(" ") as [string, string, string, string];
    const written = { seed: Number(of), size: Number(size) };
    if (what === "set") keys.set(key, { acknowledged: written });
    else if (what === "deleted") keys.set(key, { acknowledged: undefined });
    else
      keys.set(key, { acknowledged: keys.get(key)?.acknowledged, underWay: what === "setting" ? written : "deleted" });
  }
  return keys;
}

async function expectOneOf(backend: LmdbBackend, key: string, { acknowledged, underWay }: Expected): Promise<void> {
  const stored = await backend.getBlob(key);
  const allowed = [acknowledged?.seed];
  if (underWay !== undefined) allowed.push(underWay === "deleted" ? undefined : underWay.seed);
  const found = stored?.record.details?.seed as number | undefined;
  expect(allowed, key).toContain(found);
  if (stored === undefined) return;
  const bytes = await stored.source.slice(0);
  expect(Buffer.compare(bytes, sampleBytes(bytes.byteLength, found! % 7)), key).toBe(0);
  const { size } = found === acknowledged?.seed ? acknowledged! : (underWay as Written);
  expect(bytes.byteLength).toBe(size);
  await stored.close?.();
}
