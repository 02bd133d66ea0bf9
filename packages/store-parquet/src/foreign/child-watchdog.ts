import { Worker } from "node:worker_threads";

/** By this signal the watchdog ends a process that took too much memory. */
export const memorySignal = "SIGUSR2";

/** Runs in a thread, so that it looks even while the process is busy. */
const program = `
const { workerData: { parent, mostBytes, signal } } = require("node:worker_threads");
const alive = () => {
  if (process.platform !== "win32") return process.ppid === parent;
  try { process.kill(parent, 0); return true; } catch { return false; }
};
setInterval(() => {
  if (!alive()) process.kill(process.pid, "SIGKILL");
  if (process.memoryUsage.rss() > mostBytes) process.kill(process.pid, signal);
}, 25);
`;

/**
 * Ends this process when the one that started it is gone, and when it takes more memory than allowed: a process that never
 * comes back from parsing can't see to that itself.
 *
 * @param mostBytes of memory; infinite where the parent watches it
 */
export function startWatchdog(mostBytes: number): void {
  const worker = new Worker(program, {
    eval: true,
    execArgv: [],
    env: {},
    workerData: { parent: process.ppid, mostBytes, signal: memorySignal },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  worker.unref();
}
