// One run of a generated pipeline in a fresh process, timed without imports; or, with `reruns`, that many runs after the
// first in the same process. Options: { graph, backend: "direct" | "off" | "memory" | "disk", directory, reruns,
// expectNothingToRun }.
import { pathToFileURL } from "node:url";
import { MemoryCache } from "@larder/core";
import { Pipeline, Runner } from "@larder/pipeline";
import { printSamples } from "./print-samples.mjs";

async function main() {
  const options = JSON.parse(process.argv[2]);
  const { nodes, functions, answer } = await import(pathToFileURL(options.graph).href);
  if (options.backend === "direct") return printSamples({ ours: [callDirectly(functions)] });

  const makeBackend = await backendMaker(options);
  const started = performance.now();
  const backend = makeBackend();
  const cacheConfig = { enabled: options.backend !== "off", verbose: false, ...(backend ? { backend } : {}) };
  const runner = new Runner({ cacheConfig });
  const pipeline = new Pipeline(nodes, { name: "bench" });
  const run = () => runner.run(pipeline, { inputs: { seed: 1 }, outputs: [answer] });
  const { outputs, report } = await run();
  const first = performance.now() - started;

  const expected = functionsAnswer(functions);
  if (outputs[answer] !== expected) throw new Error(`wrong answer: ${outputs[answer]}, not ${expected}`);
  const ran = report.totals.misses + report.totals.uncached;
  if (ran !== (options.expectNothingToRun ? 0 : nodes.length)) throw new Error(`${ran} nodes ran`);
  const samples = { ours: options.reruns ? await rerun(run, options.reruns) : [first] };
  await backend?.close?.();
  printSamples(samples);
}

/** Imported before the clock starts. */
async function backendMaker({ backend, directory }) {
  if (backend === "off") return () => undefined;
  if (backend === "memory") return () => new MemoryCache();
  const { DiskCache } = await import("@larder/disk-cache");
  return () => new DiskCache({ directory });
}

async function rerun(run, count) {
  const times = [];
  for (let index = 0; index < count; index += 1) {
    const started = performance.now();
    const { report } = await run();
    times.push(performance.now() - started);
    if (report.totals.misses + report.totals.uncached !== 0) throw new Error("something ran again");
  }
  return times;
}

function callDirectly(functions) {
  const started = performance.now();
  functionsAnswer(functions);
  return performance.now() - started;
}

function functionsAnswer(functions) {
  const values = { seed: 1 };
  for (const [name, inputs, fn] of functions) {
    values[name] = fn(Object.fromEntries(inputs.map((input) => [input, values[input]])));
  }
  return values.answer;
}

main();
