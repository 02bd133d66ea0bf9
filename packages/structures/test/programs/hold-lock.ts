// Acquires the lock, says so, and keeps it.
import { parentPort } from "node:worker_threads";
import { openLock } from "@larder/structures";
import { run } from "./program-place.js";

run(async (backend) => {
  await openLock({ backend, name: "l" }).acquire();
  console.log("held");
  parentPort?.postMessage("held");
  await new Promise((resolve) => setTimeout(resolve, 600_000));
});
