// One run over a list of items in a fresh process, timed without imports, opening and closing included. Options:
// { contender: "ours" | "p-memoize", directory, count, edited, expectComputed }.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { peer } from "../peer.mjs";
import { printSamples } from "../print-samples.mjs";
import { filesOf } from "./files.mjs";

/** Each gives a function that runs once and says what came out and how many items were computed. */
const contenders = {
  async ours(directory) {
    const { DiskCache } = await import("@larder/disk-cache");
    const { Runner } = await import("@larder/pipeline");
    const { pipeline } = await import("./symbols.mjs");
    return async (files) => {
      const backend = new DiskCache({ directory });
      const runner = new Runner({ cacheConfig: { enabled: true, verbose: false, backend } });
      const { outputs, report } = await runner.run(pipeline, { inputs: { files } });
      await backend.close();
      const [{ decision, items }] = report.nodes;
      return { symbols: outputs.symbols, computed: decision === "hit" ? 0 : items.misses };
    };
  },
  async "p-memoize"(directory) {
    const { default: pMemoize } = await peer("p-memoize");
    const { Keyv } = await peer("keyv");
    const { KeyvSqlite } = await peer("@keyv/sqlite");
    const { symbolsOf } = await import("./symbols.mjs");
    mkdirSync(directory, { recursive: true });
    return async (files) => {
      const store = new KeyvSqlite({ uri: `sqlite://${join(directory, "keyv.db")}`, busyTimeout: 60_000 });
      let computed = 0;
      const memoized = pMemoize(
        async (file) => {
          computed += 1;
          return symbolsOf(file);
        },
        { cache: new Keyv({ store }), cacheKey: ([file]) => file },
      );
      const symbols = [];
      // All at once would be 100,000 queries waiting in memory.
      const atOnce = 1000;
      for (let from = 0; from < files.length; from += atOnce) {
        symbols.push(...(await Promise.all(files.slice(from, from + atOnce).map((file) => memoized(file)))));
      }
      await store.disconnect?.();
      return { symbols, computed };
    };
  },
};

async function main() {
  const { contender, directory, count, edited, expectComputed } = JSON.parse(process.argv[2]);
  const { symbolsOf } = await import("./symbols.mjs");
  const run = await contenders[contender](directory);
  const files = filesOf(count, edited);
  const started = performance.now();
  const { symbols, computed } = await run(files);
  const microseconds = ((performance.now() - started) * 1000) / count;
  if (JSON.stringify(symbols) !== JSON.stringify(files.map(symbolsOf))) throw new Error("a wrong answer");
  if (computed !== expectComputed) throw new Error(`${computed} items were computed, not ${expectComputed}`);
  printSamples({ [contender]: [microseconds] });
}

main();
