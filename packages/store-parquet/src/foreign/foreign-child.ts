import { Socket } from "node:net";
import type { BlobSource } from "@larder/core";
import type { Table } from "apache-arrow";
import { loadArrow } from "../arrow/load-arrow.js";
import { checkAllocation, setAllocationLimit } from "../format/allocation-limit.js";
import { openedFile } from "../read/opened-file.js";
import { parquetScan } from "../scan/parquet-scan.js";
import { arrowStream } from "./arrow-stream.js";
import { startWatchdog } from "./child-watchdog.js";
import { type ForeignOperation, type FromChild, replaySteps, type ToChild } from "./foreign-protocol.js";
import { frameChannel, sendParts } from "./frame-channel.js";
import { seesOtherProcesses } from "./process-use.js";
import { SourceFailure, sentError } from "./sent-error.js";

// The program of the process that reads files of others. It has one pipe, and asks on it for every byte it reads.

interface Read {
  readonly bytes: Uint8Array;
  used: number;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

const pipe = new Socket({ fd: 3, readable: true, writable: true });
const reads = new Map<number, Read>();
const iterations = new Map<number, AsyncIterator<Table>>();
let lastRange = 0;
let file: ReturnType<typeof openedFile> | undefined;
/** Above this, what reads before left behind is cleared away before the next one. */
let muchMemory = Number.POSITIVE_INFINITY;

const channel = frameChannel<FromChild, ToChild>(pipe, (message, bytes) => {
  switch (message.kind) {
    case "start":
      return begin(message);
    case "run":
      return void answer(message.operation);
    case "bytes": {
      const read = reads.get(message.range);
      if (!read) return;
      read.bytes.set(bytes, read.used);
      read.used += bytes.byteLength;
      if (read.used < read.bytes.byteLength) return;
      reads.delete(message.range);
      return read.resolve(read.bytes);
    }
    case "no-bytes":
      reads.get(message.range)?.reject(new SourceFailure(message.range));
      reads.delete(message.range);
  }
});
// Nobody is left to read for.
pipe.on("close", () => process.exit());
pipe.on("error", () => process.exit());

function begin({ byteLength, allocationBytes, gapBytes }: Extract<ToChild, { kind: "start" }>): void {
  setAllocationLimit(allocationBytes);
  muchMemory = allocationBytes;
  startWatchdog(seesOtherProcesses ? Number.POSITIVE_INFINITY : allocationBytes * 2);
  file = openedFile(askingSource(byteLength), gapBytes);
  channel.send({ kind: "ready" });
}

/** The file, of which the parent has the bytes. */
function askingSource(byteLength: number): BlobSource {
  return {
    byteLength,
    slice(start, end = byteLength) {
      if (start === end) return new Uint8Array(0);
      checkAllocation(end - start, "a part of the file");
      const range = ++lastRange;
      const read = new Promise<Uint8Array>((resolve, reject) => {
        reads.set(range, { bytes: new Uint8Array(end - start), used: 0, resolve, reject });
      });
      channel.send({ kind: "read", range, start, end });
      return read;
    },
  };
}

async function answer(operation: ForeignOperation): Promise<void> {
  try {
    if (process.memoryUsage.rss() > muchMemory) globalThis.gc?.();
    const value = await perform(operation);
    await channel.send({ kind: "answer", value });
  } catch (error) {
    await channel.send({ kind: "failure", error: sentError(error) });
  }
}

async function perform(asked: ForeignOperation): Promise<unknown> {
  switch (asked.operation) {
    case "next":
      return nextBatch(asked.iteration);
    case "return":
      await iterations.get(asked.iteration)?.return?.();
      iterations.delete(asked.iteration);
      return undefined;
    default:
  }
  const scan = replaySteps(parquetScan(file!), asked.steps);
  switch (asked.operation) {
    case "schema":
      return scan.schema();
    case "count":
      return scan.count();
    case "explain":
      return scan.explain();
    case "toArrow":
      return sendTable(await scan.toArrow());
    case "batches":
      iterations.set(asked.iteration, scan.batches(asked.options)[Symbol.asyncIterator]());
      return undefined;
  }
}

/** Sends the next batch; the answer is whether there was none. */
async function nextBatch(iteration: number): Promise<unknown> {
  const next = await iterations.get(iteration)?.next();
  if (next && !next.done) return sendTable(next.value);
  iterations.delete(iteration);
  return { done: true };
}

async function sendTable(table: Table): Promise<undefined> {
  const { byteLength, pieces } = await arrowStream(await loadArrow(), table);
  await channel.send({ kind: "table", byteLength });
  for (const piece of pieces) await sendParts(channel, { kind: "part" }, piece);
  return undefined;
}
