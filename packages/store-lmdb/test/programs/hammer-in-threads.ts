// Runs `hammer` in three worker threads of this process, beside a backend of its own.
import { Worker } from "node:worker_threads";
import { LmdbBackend } from "@larder/store-lmdb";
import { readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";

// '--import tsx' reaches the main thread only.
const start = `import("tsx/esm/api").then((tsx) => { tsx.register(); return import(require("node:worker_threads").workerData); });`;

const [directory, rounds] = process.argv.slice(2);

async function main(): Promise<void> {
  const backend = new LmdbBackend({ directory: directory! });
  await backend.setBlob("main", await sampleBlob(sampleBytes(100_000, 1)));
  const codes = await Promise.all(
    [1, 2, 3].map(
      (worker) =>
        new Promise((resolve, reject) => {
          const thread = new Worker(start, {
            eval: true,
            argv: [directory!, String(worker), rounds!, "8"],
            execArgv: ["--conditions=larder-source"],
            workerData: new URL("./hammer.ts", import.meta.url).href,
          });
          thread.on("error", reject);
          thread.on("exit", resolve);
        }),
    ),
  );
  if ((await readBytes(backend, "main"))?.byteLength !== 100_000) throw new Error("lost the blob of the main thread");
  const { problems } = await backend.check();
  await backend.close();
  console.log(JSON.stringify({ codes, problems }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
