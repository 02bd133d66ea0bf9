// One thread of `stampede-process`: asks for what it is told to, and says what it got.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { parentPort, threadId } from "node:worker_threads";
import { Cache, LarderError } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import type { Question } from "../stampede-fleet.js";

const [directory] = process.argv.slice(2) as [string];
const events: Record<string, number> = {};
/** Questions asked here, by key. */
const asked = new Map<string, number>();

/** Tells when it is asked about a lease: then somebody waits for that. */
class ToldDiskCache extends DiskCache {
  override readLease(name: string) {
    const number = asked.get(name);
    if (number !== undefined) {
      asked.delete(name);
      parentPort!.postMessage({ said: "waiting", number });
    }
    return super.readLease(name);
  }
}

const cache = new Cache({
  backend: new ToldDiskCache({ directory }),
  onEvent({ type }) {
    events[type] = (events[type] ?? 0) + 1;
  },
});

async function compute({ key, work, log, gate, blockMs }: Question): Promise<unknown> {
  // Short writes to the end of a file don't mix.
  appendFileSync(log, `${JSON.stringify({ pid: process.pid, threadId, at: Date.now() })}\n`);
  const isFirst = readFileSync(log, "utf8").trim().split("\n").length === 1;
  if (work === "blocks") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockMs);
  else if (work === "hangs at first" && isFirst) await new Promise(() => setInterval(() => {}, 1000));
  else while (!existsSync(gate)) await pause(5);
  if (work === "fails") throw Object.assign(new TypeError("the server said no"), { code: "refused" });
  if (work === "can't be stored") return Object.assign(() => {}, { by: threadId });
  return { key, by: `${process.pid}/${threadId}` };
}

async function answer(question: Question): Promise<void> {
  const { number, key, ttlSeconds } = question;
  asked.set(`compute:${key}`, number);
  try {
    const value = await cache.getOrSet(key, () => compute(question), { ttlSeconds });
    const told = typeof value === "function" ? "a function" : value;
    parentPort!.postMessage({ said: "answer", number, value: told, events });
  } catch (error) {
    const { name, message, code, facts } = error as LarderError;
    const elsewhere = LarderError.isInstance(error, "compute-failed-elsewhere");
    parentPort!.postMessage({ said: "answer", number, error: { name, message, code, facts, elsewhere }, events });
  }
}

parentPort!.on("message", (question: Question | "end") => {
  if (question !== "end") return void answer(question);
  void cache.close().then(() => parentPort!.close());
});

// Opens the index, so that all ask at the same moment later.
void cache.get("nothing").then(() => parentPort!.postMessage({ said: "ready", pid: process.pid, threadId }));
