import type { BlobSource } from "@larder/core";
import { type ChildHandle, startChild } from "./child-handle.js";
import type { ChildProgram } from "./child-program.js";
import { closedTable, foreignLimit } from "./foreign-errors.js";
import { allocationBytes, type ForeignLimits } from "./foreign-limits.js";
import type { ForeignOperation, FromChild } from "./foreign-protocol.js";
import { receivedError } from "./sent-error.js";
import { serveRange } from "./serve-range.js";
import { watchOperation } from "./watch-operation.js";

/** A process that reads one file: started when it is needed, and again after it was ended. */
export interface ForeignProcess {
  /** Runs an operation when those before it are done. @throws LarderError `foreign-limit`, `foreign-crash`, and what reading throws */
  run(operation: ForeignOperation): Promise<ForeignAnswer>;
  /** Counts up each time the process is started. */
  readonly starts: number;
  /** The most memory that any of them was seen to take, in MB. */
  readonly peakMegabytes: number;
  /** Of the process that runs now. */
  readonly processId: number | undefined;
  close(): Promise<void>;
}

/** What an operation gave: a value, or a table as an Arrow stream. */
export interface ForeignAnswer {
  readonly value?: unknown;
  readonly table?: Uint8Array;
}

/** What the child needs to know besides limits. */
export interface ForeignProcessOptions {
  readonly limits: Required<ForeignLimits>;
  /** As for any scan. */
  readonly gapBytes: number;
  /** What to start. @throws LarderError `missing-file` */
  program(): ChildProgram;
}

interface Operation {
  readonly resolve: (answer: ForeignAnswer) => void;
  readonly reject: (error: unknown) => void;
  table?: { readonly bytes: Uint8Array; used: number };
}

/** The process for a source. Nothing is started yet. */
export function foreignProcess(
  source: BlobSource,
  { limits, gapBytes, program }: ForeignProcessOptions,
): ForeignProcess {
  let child: ChildHandle | undefined;
  let ready: Promise<void> = Promise.resolve();
  let onReady = (): void => {};
  let current: Operation | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let starts = 0;
  let peak = 0;
  let closed = false;
  /** Ranges that the child waits for: meanwhile its clock stands still. */
  let waiting = 0;
  const sourceErrors = new Map<number, unknown>();

  const finish = (settle: (operation: Operation) => void): void => {
    const operation = current;
    current = undefined;
    if (operation) settle(operation);
  };

  const onFrame = (from: ChildHandle, message: FromChild, bytes: Uint8Array): void => {
    if (from !== child) return;
    switch (message.kind) {
      case "ready":
        onReady();
        return;
      case "read":
        void sendRange(from, message.range, message.start, message.end);
        return;
      case "table": {
        const megabytes = message.byteLength / 2 ** 20;
        if (megabytes > limits.megabytes) from.kill(tooLarge(limits, megabytes));
        else if (current) current.table = { bytes: new Uint8Array(message.byteLength), used: 0 };
        return;
      }
      case "part":
        current?.table?.bytes.set(bytes, current.table.used);
        if (current?.table) current.table.used += bytes.byteLength;
        return;
      case "answer":
        finish(({ resolve, table }) => resolve(table ? { table: table.bytes } : { value: message.value }));
        return;
      case "failure":
        finish(({ reject }) => reject(receivedError(message.error, (range) => sourceErrors.get(range))));
    }
  };

  const sendRange = async (to: ChildHandle, range: number, start: number, end: number): Promise<void> => {
    waiting++;
    try {
      await serveRange(source, to.channel, range, start, end);
    } catch (error) {
      sourceErrors.set(range, error);
      await to.channel.send({ kind: "no-bytes", range }).catch(() => {});
    } finally {
      if (to === child) waiting--;
    }
  };

  const start = (): ChildHandle => {
    const started: ChildHandle = startChild(program(), limits, (message, bytes) => onFrame(started, message, bytes));
    starts++;
    waiting = 0;
    sourceErrors.clear();
    ready = new Promise((resolve, reject) => {
      onReady = resolve;
      started.ended.then((reason) => {
        peak = Math.max(peak, started.peakMegabytes);
        reject(reason);
        if (child !== started) return;
        child = undefined;
        finish((operation) => operation.reject(reason));
      });
    });
    ready.catch(() => {});
    const first = { byteLength: source.byteLength, allocationBytes: allocationBytes(limits), gapBytes };
    started.channel.send({ kind: "start", ...first }).catch(() => {});
    return started;
  };

  const runNow = async (operation: ForeignOperation): Promise<ForeignAnswer> => {
    if (closed) throw closedTable();
    child ??= start();
    const running = child;
    running.hold(true);
    const watch = watchOperation(running, limits, () => waiting > 0);
    try {
      await ready;
      watch.begin();
      return await new Promise<ForeignAnswer>((resolve, reject) => {
        current = { resolve, reject };
        running.channel.send({ kind: "run", operation }).catch(() => {});
      });
    } finally {
      watch.stop();
      peak = Math.max(peak, running.peakMegabytes);
      running.hold(false);
    }
  };

  return {
    run(operation) {
      const answer = queue.then(() => runNow(operation));
      queue = answer.catch(() => {});
      return answer;
    },
    get starts() {
      return starts;
    },
    get peakMegabytes() {
      return Math.max(peak, child?.peakMegabytes ?? 0);
    },
    get processId() {
      return child?.processId;
    },
    async close() {
      closed = true;
      const running = child;
      if (!running) return;
      running.hold(true);
      running.kill(closedTable());
      await running.ended;
    },
  };
}

function tooLarge({ megabytes }: Required<ForeignLimits>, found: number): unknown {
  return foreignLimit(
    "memory",
    `gives a table of ${Math.ceil(found)} MB, and ${megabytes} MB are allowed`,
    "Read fewer rows or columns, take it in batches, or raise limits.megabytes if you trust the file.",
    { megabytes, resultMegabytes: Math.ceil(found) },
  );
}
