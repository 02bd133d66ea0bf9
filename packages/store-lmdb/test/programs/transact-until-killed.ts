// Writes the same number under several keys, small and large, in one transaction after the other, until it is killed. Says
// so before and after each.
import { writeSync } from "node:fs";
import { LmdbBackend } from "@larder/store-lmdb";
import { randomNumbers, sampleBlob, sampleBytes } from "../sample-blob.js";

const [directory, run] = process.argv.slice(2);

async function main(): Promise<void> {
  const backend = new LmdbBackend({ directory: directory! });
  const next = randomNumbers(Number(run));
  let previous = 0;
  for (let i = 1; ; i++) {
    const number = Number(run) * 100_000 + i;
    const details = { number };
    const small = await sampleBlob(sampleBytes(50, number), { details });
    const large = await sampleBlob(sampleBytes(70_000 + Math.floor(next() * 90_000), number), { details });
    const failing = next() < 0.2;
    writeSync(1, `writing ${number}\n`);
    await backend
      .transaction((view) => {
        for (const key of ["a", "b", "c"]) view.set(`${run}/${key}`, small);
        for (const key of ["x", "y"]) view.set(`${run}/${key}`, large);
        view.delete(`${run}/gone`);
        view.set(`${run}/${number}`, small);
        view.delete(`${run}/${previous}`);
        if (failing) throw new Error("undone");
      })
      .catch((error: Error) => {
        if (error.message !== "undone") throw error;
      });
    if (failing) continue;
    previous = number;
    writeSync(1, `written ${number}\n`);
  }
}

void main();
