// A thread of this process has the lock and is terminated while the main thread waits. Prints how long that took, in ms.
import { Worker } from "node:worker_threads";
import { openLock } from "@larder/structures";
import { run } from "./program-place.js";

const start = `import("tsx/esm/api").then((tsx) => { tsx.register(); return import(require("node:worker_threads").workerData); });`;

run(async (backend) => {
  const worker = new Worker(start, {
    eval: true,
    argv: [process.argv[2]!, "holder"],
    execArgv: ["--conditions=larder-source"],
    workerData: new URL("./hold-lock.ts", import.meta.url).href,
  });
  await new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  const lock = openLock({ backend, name: "l" });
  const early = await lock.acquire({ waitSeconds: 0.1 }).then(
    () => "acquired",
    (error: { code: string }) => error.code,
  );
  const waiting = lock.acquire();
  await worker.terminate();
  const ended = performance.now();
  await (await waiting).release();
  console.log(JSON.stringify({ early, milliseconds: performance.now() - ended }));
});
