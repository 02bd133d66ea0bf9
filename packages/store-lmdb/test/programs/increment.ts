// Adds 1 to a number so many times, each in a transaction of its own. With a fourth argument in so many worker threads.
import { isMainThread, Worker } from "node:worker_threads";
import { checksumOf, loadXxhash, type TransactionView, type Xxhash } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";

// '--import tsx' reaches the main thread only.
const start = `import("tsx/esm/api").then((tsx) => { tsx.register(); return import(require("node:worker_threads").workerData); });`;

const [directory, key, times, threads] = process.argv.slice(2);

function increment(view: TransactionView, xxhash: Xxhash): number {
  const before = view.get(key!);
  const number = before === undefined ? 0 : Number(Buffer.from(before.bytes).toString());
  const bytes = Buffer.from(String(number + 1));
  const record = {
    codec: "larder.bytes.1",
    byteLength: bytes.byteLength,
    checksum: checksumOf(bytes, xxhash),
    createdAt: 1,
  };
  view.set(key!, { record, bytes });
  return number + 1;
}

async function work(): Promise<void> {
  const backend = new LmdbBackend({ directory: directory! });
  const xxhash = await loadXxhash();
  for (let left = Number(times); left > 0; left -= 10) {
    await Promise.all(
      Array.from({ length: Math.min(left, 10) }, () => backend.transaction((view) => increment(view, xxhash))),
    );
  }
  await backend.close();
}

async function inThreads(): Promise<void> {
  const codes = await Promise.all(
    Array.from({ length: Number(threads) }, () => {
      const worker = new Worker(start, {
        eval: true,
        argv: [directory!, key!, times!],
        execArgv: ["--conditions=larder-source"],
        workerData: import.meta.url,
      });
      return new Promise((resolve, reject) => {
        worker.on("error", reject);
        worker.on("exit", resolve);
      });
    }),
  );
  if (codes.some((code) => code !== 0)) throw new Error(`Threads ended with ${codes.join(", ")}.`);
}

(isMainThread && threads !== undefined ? inThreads() : work()).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
