import { AsyncLocalStorage } from "node:async_hooks";
import { parentPort, workerData } from "node:worker_threads";
import { enterWorkerRealm } from "./workers/declared-nodes.js";
import type { CallsMessage, FromWorker, ToWorker, WorkerSettings } from "./workers/messages.js";
import { createCallRunner } from "./workers/thread/call-runner.js";
import { createNodeFinder } from "./workers/thread/node-finder.js";
import { loadTypeScriptWith } from "./workers/thread/typescript.js";
import { loadArrow, loadedArrow, received } from "./workers/wire/arrow-library.js";
import type { Arrow } from "./workers/wire/arrow-wire.js";
import { unpackValues } from "./workers/wire/packed-values.js";
import { errorFromWire } from "./workers/wire/wire-error.js";
import { holdsTables, tablesHandedOver, toWire, type WireValue } from "./workers/wire/wire-value.js";

/*
 * The program of a worker thread: imports the modules it is told of, and calls the functions of nodes they declare. It reads
 * and writes no cache.
 */

const port = parentPort!;
const settings = workerData as WorkerSettings;
const calls = new AsyncLocalStorage<true>();

const post = (message: FromWorker, blocks: readonly ArrayBufferLike[] = []): void =>
  port.postMessage(message, blocks as ArrayBuffer[]);

const finder = createNodeFinder(async (module) => {
  const { typescript } = settings;
  if (typescript !== undefined && /\.[cm]?tsx?$/.test(new URL(module).pathname)) await loadTypeScriptWith(typescript);
  await import(module);
});

const runner = createCallRunner({
  states: new Uint8Array(settings.states),
  within: (call) => calls.run(true, call),
  begun: (call) => post({ kind: "begun", call }),
  send,
  answer: post,
});

/** What several calls read, by number. */
const shared = new Map<number, () => unknown>();

function send(value: unknown, blocks: ArrayBufferLike[]): WireValue | Promise<WireValue> {
  const withArrow = (loaded: Arrow): WireValue => {
    const sending = tablesHandedOver(loaded);
    const wire = toWire(value, sending);
    blocks.push(...sending.blocks);
    return wire;
  };
  const arrow = loadedArrow();
  if (arrow !== undefined) return withArrow(arrow);
  let needed = false;
  const wire = toWire(value, {
    table() {
      needed = true;
      return noTable;
    },
  });
  return needed ? loadArrow().then(withArrow) : wire;
}

const noTable = { schema: new Uint8Array(), batches: [], dictionaries: [], views: [] };

/** Makes a value when it is first asked for. */
function lazily(wire: WireValue): () => unknown {
  let made: { readonly value: unknown } | undefined;
  return () => {
    made ??= { value: received(wire) };
    return made.value;
  };
}

async function addCalls(message: CallsMessage): Promise<void> {
  const sent = unpackValues(message.values);
  const wires = [...message.shared.map(([, value]) => value), ...sent];
  if (loadedArrow() === undefined && wires.some((wire) => wire.kind !== "shared" && holdsTables(wire)))
    await loadArrow();
  for (const [number, wire] of message.shared) shared.set(number, lazily(wire));
  // What is shared is taken hold of now: it may be forgotten before these calls have begun.
  const values = sent.map((value) => (value.kind === "shared" ? shared.get(value.number)! : () => received(value)));
  runner.add(message, finder.node(message.node), values);
}

/** Messages take effect in their order, also when one has to wait. */
let order: Promise<unknown> = Promise.resolve();

function receive(message: ToWorker): unknown {
  switch (message.kind) {
    case "find":
      // Not in order: what is called meanwhile are nodes that were found before.
      void finder.find(message).then((found) => post({ kind: "found", request: message.request, found }));
      return undefined;
    case "calls":
      return addCalls(message);
    case "stop":
      return runner.stop(message.calls, errorFromWire(message.reason));
    case "forget":
      for (const number of message.shared) shared.delete(number);
      return undefined;
  }
}

enterWorkerRealm({
  declared: finder.declared,
  withinCall: () => calls.getStore() === true,
  strayRun: finder.strayRun,
});
port.on("message", (message: ToWorker) => {
  order = order.then(() => receive(message));
});
post({ kind: "ready" });
