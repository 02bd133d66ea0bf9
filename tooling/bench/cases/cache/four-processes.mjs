// Several stores, each used by four processes at once, in turn. Options: { directory, mode, bytes, names, rounds, milliseconds }.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { printSamples } from "../print-samples.mjs";
import { contenders } from "./contenders.mjs";
import { keyOf, makeValue } from "./sample-values.mjs";

const processes = 4;
const keys = 10_000;

async function main() {
  const { directory, mode, bytes, names, rounds, milliseconds } = JSON.parse(process.argv[2]);
  const samples = {};
  const directories = {};
  for (const name of names) {
    directories[name] = join(directory, name.replaceAll(/\W/g, "-"));
    samples[name] = [];
    const store = await contenders[name](directories[name]);
    for (let at = 0; at < keys; at += 1000) {
      const pairs = Array.from({ length: 1000 }, (_, i) => [keyOf(at + i), makeValue(bytes, at + i)]);
      await (store.together?.(pairs) ?? Promise.all(pairs.map(([key, value]) => store.set(key, value))));
    }
    await store.close();
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      const options = { directory: directories[name], name, mode, bytes, keys, milliseconds };
      if (samples[name] === undefined) continue;
      try {
        samples[name].push(await together(options, round));
      } catch (error) {
        // Not every store stands several processes: that is a finding, and no reason to leave the others out.
        if (name === "ours") throw error;
        console.error(`${name} is left out: ${error.message}`);
        delete samples[name];
      }
    }
  }
  printSamples(samples);
}

/** Thousands of operations a second, of all processes. */
async function together(options, round) {
  const workers = Array.from({ length: processes }, (_, index) => start({ ...options, seed: round * 100 + index + 1 }));
  await Promise.all(workers.map(({ ready }) => ready));
  for (const { child } of workers) child.stdin.write("go\n");
  const ends = await Promise.allSettled(workers.map(({ result }) => result));
  const failed = ends.find(({ status }) => status === "rejected");
  if (failed !== undefined) throw failed.reason;
  const results = ends.map(({ value }) => value);
  return results.reduce((sum, { operations, seconds }) => sum + operations / seconds, 0) / 1000;
}

function start(options) {
  const program = fileURLToPath(new URL("worker.mjs", import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.on("error", () => {}); // of one that has ended early, which is told by its output
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`a process of ${options.name} ended early`);
    return value;
  };
  const ready = line();
  return { child, ready, result: ready.then(line).then(JSON.parse) };
}

main();
