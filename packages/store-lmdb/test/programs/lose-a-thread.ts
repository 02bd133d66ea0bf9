// A worker thread acquires a lease and is terminated; the main thread then asks for it at once. With three arguments this
// is that thread.
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { LmdbBackend } from "@larder/store-lmdb";

// '--import tsx' reaches the main thread only.
const start = `import("tsx/esm/api").then((tsx) => { tsx.register(); return import(require("node:worker_threads").workerData); });`;

const [directory, name] = process.argv.slice(2);

async function hold(): Promise<void> {
  const backend = new LmdbBackend({ directory: directory! });
  const claim = await backend.acquireLease(name!);
  parentPort!.postMessage(claim.granted);
  setInterval(() => {}, 60_000);
}

async function main(): Promise<void> {
  const backend = new LmdbBackend({ directory: directory! });
  const thread = new Worker(start, {
    eval: true,
    argv: [directory!, name!],
    execArgv: ["--conditions=larder-source"],
    workerData: import.meta.url,
  });
  const held = await new Promise((resolve, reject) => {
    thread.once("message", resolve);
    thread.once("error", reject);
  });
  const meanwhile = await backend.acquireLease(name!);
  await thread.terminate();
  const ended = performance.now();
  let condition = (await backend.readLease(name!))?.condition;
  while (condition === "held") condition = (await backend.readLease(name!))?.condition;
  const quick = performance.now() - ended < 1_000;
  const afterwards = await backend.acquireLease(name!);
  await backend.close();
  console.log(JSON.stringify({ held, meanwhile: meanwhile.granted, condition, quick, afterwards: afterwards.granted }));
}

(isMainThread ? main() : hold()).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
