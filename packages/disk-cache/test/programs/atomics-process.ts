// A process with several threads that do what must be atomic. Arguments: directory, number of this process, threads, rounds.
// Prints what each thread was told.
import { Worker } from "node:worker_threads";

// '--import tsx' reaches the main thread only.
const start = `import("tsx/esm/api").then((tsx) => { tsx.register(); return import(require("node:worker_threads").workerData); });`;

const [directory, number, threads, rounds] = process.argv.slice(2);

async function main(): Promise<void> {
  const told = Array.from({ length: Number(threads) }, (_, thread) => run(`${number}.${thread}`));
  console.log(JSON.stringify(await Promise.all(told)));
}

function run(name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(start, {
      eval: true,
      argv: [directory!, name, rounds!],
      execArgv: ["--conditions=larder-source"],
      workerData: new URL("./atomics-thread.ts", import.meta.url).href,
    });
    let told: unknown;
    worker.on("message", (message) => {
      told = message;
    });
    worker.on("error", reject);
    worker.on("exit", (code) => (code === 0 ? resolve(told) : reject(new Error(`thread ${name} ended with ${code}`))));
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
