// A map of items that keep a processor busy, or a node that reads a large table, in this thread or in worker threads. The
// first, small run starts the threads and is not timed. Options: { mode: "local" | "workers", what: "map" | "table", items,
// steps, rows }.
import { isMainThread } from "node:worker_threads";
import { func, Pipeline, Runner } from "@larder/pipeline";
import { tableFromArrays } from "apache-arrow";
import { printSamples } from "./print-samples.mjs";

const module = import.meta.url;

/** A million steps take a millisecond or two. */
function groundItem(item, steps) {
  let state = item + 1;
  for (let step = 0; step < steps; step += 1) state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state;
}

function sumOf(table) {
  let total = 0;
  for (const batch of table.getChild("value").data) for (const value of batch.values) total += value;
  return total;
}

const grind = func(
  { inputs: ["items", "steps"], output: "ground", mapAxis: "items", cache: true, module },
  ({ items: item, steps }) => groundItem(item, steps),
);

const sum = func({ inputs: ["table"], output: "sum", cache: true, module }, ({ table }) => sumOf(table));

async function main() {
  const { mode, what, items, steps, rows } = JSON.parse(process.argv[2]);
  const runner = new Runner({ mode, cacheConfig: { enabled: true, verbose: false } });
  const { pipeline, inputs, smallInputs, check } = what === "map" ? mapOf(items, steps) : tableOf(rows);
  await runner.run(pipeline, { inputs: smallInputs });
  const started = performance.now();
  const { outputs, report } = await runner.run(pipeline, { inputs });
  const elapsed = performance.now() - started;
  if (report.warnings.length > 0) throw new Error(report.warnings[0].message);
  if (report.totals.misses !== 1) throw new Error("nothing ran");
  check(outputs);
  await runner.close();
  printSamples({ ours: [elapsed] });
}

function mapOf(count, steps) {
  const numbers = (length, from) => Array.from({ length }, (_, index) => from + index);
  return {
    pipeline: new Pipeline([grind], { name: "grind" }),
    inputs: { items: numbers(count, 0), steps },
    smallInputs: { items: numbers(64, 1e6), steps },
    check({ ground }) {
      for (let item = 0; item < count; item += 50) {
        if (ground[item] !== groundItem(item, steps)) throw new Error(`wrong answer for item ${item}`);
      }
    },
  };
}

function tableOf(rows) {
  const tableOfRows = (length) => tableFromArrays({ value: Float64Array.from({ length }, (_, index) => index % 1000) });
  const table = tableOfRows(rows);
  return {
    pipeline: new Pipeline([sum], { name: "sum" }),
    inputs: { table },
    smallInputs: { table: tableOfRows(10) },
    check(outputs) {
      if (outputs.sum !== sumOf(table)) throw new Error("wrong sum");
    },
  };
}

// A worker thread imports this file as well, for its nodes.
if (isMainThread) main();
