import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Cache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import { extractCache } from "../../src/index.js";

// Extracts from all files of a directory, and notes in a log each one that it has extracted itself. Waits for a line on stdin.
const [directory, files, log] = process.argv.slice(2) as [string, string, string];
const cache = new Cache({ backend: new DiskCache({ directory }) });
const extractions = extractCache({ cache });
const sources = readdirSync(files).map((name) => ({ file: join(files, name) }));
console.log("ready");
process.stdin.once("data", async () => {
  const outcomes = await extractions.extractMany(sources, { kind: "length" }, async (input) => {
    const text = await input.text();
    appendFileSync(log, `${process.pid} ${text}\n`);
    return text.length;
  });
  const sum = outcomes.reduce((total, outcome) => total + (outcome.ok ? outcome.value : Number.NaN), 0);
  console.log(`sum ${sum}`);
  await cache.close();
  process.exit(0);
});
