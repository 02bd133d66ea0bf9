// Runs another program of this folder in two worker threads of this process: <program> <path> <name> <further arguments>.
import { Worker } from "node:worker_threads";

// '--import tsx' reaches the main thread only.
const start = `import("tsx/esm/api").then((tsx) => { tsx.register(); return import(require("node:worker_threads").workerData); });`;

const [program, path, name, ...rest] = process.argv.slice(2);

async function main(): Promise<void> {
  const codes = await Promise.all(
    [0, 1].map(
      (thread) =>
        new Promise((resolve, reject) => {
          const worker = new Worker(start, {
            eval: true,
            argv: [path!, `${name}-${thread}`, ...rest],
            execArgv: ["--conditions=larder-source"],
            workerData: new URL(`./${program}.ts`, import.meta.url).href,
          });
          worker.on("error", reject);
          worker.on("exit", resolve);
        }),
    ),
  );
  if (codes.some((code) => code !== 0)) throw new Error(`The threads ended with ${codes.join(", ")}.`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
