// A process with several threads that use one cache, each holding every answer against a model. Arguments: directory, number
// of this process, threads, operations of each thread, seed. Prints what the threads counted.
import { Worker } from "node:worker_threads";

// '--import tsx' reaches the main thread only.
const start = `import("tsx/esm/api").then((tsx) => { tsx.register(); return import(require("node:worker_threads").workerData); });`;

const [directory, number, threads, operations, seed] = process.argv.slice(2);

async function main(): Promise<void> {
  const counts = await Promise.all(
    Array.from({ length: Number(threads) }, (_, thread) =>
      run(`${number}.${thread}`, Number(seed) * 1000 + Number(number) * 10 + thread),
    ),
  );
  console.log(JSON.stringify(counts));
}

function run(name: string, threadSeed: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(start, {
      eval: true,
      argv: [directory!, name, operations!, String(threadSeed)],
      execArgv: ["--conditions=larder-source"],
      workerData: new URL("./model-thread.ts", import.meta.url).href,
    });
    let counted: unknown;
    worker.on("message", (message) => {
      counted = message;
    });
    worker.on("error", reject);
    worker.on("exit", (code) =>
      code === 0 ? resolve(counted) : reject(new Error(`thread ${name} ended with ${code}`)),
    );
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
