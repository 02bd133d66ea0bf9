import type { Table } from "apache-arrow";
import pLimit from "p-limit";
import type { CodeReader } from "../code-reader.js";
import type { FuncNode } from "../func-node.js";
import type { CallContext, NodeCaller } from "../node-caller.js";
import type { RunWarning } from "../report.js";
import { type CallGroup, createPace, type GivingUp, type PooledCall } from "./call-group.js";
import { expectationOf, type NodeExpectation, type NotElsewhere } from "./node-expectation.js";
import { type SharedValue, sharedValue } from "./sent-values.js";
import { loadArrow, loadedArrow } from "./wire/arrow-library.js";
import { takeApart, type WireTable } from "./wire/arrow-wire.js";
import { UnsendableValueError } from "./wire/unsendable-value-error.js";
import { isArrowTable, toWire, type WireValue } from "./wire/wire-value.js";
import type { WorkerPool } from "./worker-pool.js";

/** Thrown where Arrow must be loaded before a table can be sent. */
const arrowNeeded = new Error("Apache Arrow is needed.");

/** Calls that go together, at most, for each worker, and as many again that wait. */
const itemsPerWorker = 256;

/** A node of this run. */
interface NodeCalls {
  /** Where its calls go; `undefined` when they are made in this thread. */
  group: CallGroup | undefined;
  /** The last value of each input, which the next call may have, too. */
  readonly last: Map<string, { readonly value: object; readonly wire: WireValue; shared?: SharedValue }>;
}

/** Calls the functions of one run's nodes in worker threads, or, where that can't be done, in this one. */
export function createWorkerCaller(options: {
  readonly pool: WorkerPool;
  /** Calls under way at once. */
  readonly concurrency: number;
  readonly codeReader: CodeReader;
  readonly dependencyDepth: number;
  readonly warn: (warning: RunWarning) => void;
}): NodeCaller {
  const { pool, concurrency, codeReader, dependencyDepth, warn } = options;
  const nodes = new Map<FuncNode, NodeCalls | Promise<NodeCalls>>();
  const inThisThread = pLimit(concurrency);
  const tables = new WeakMap<Table, SharedValue>();
  const numbers: number[] = [];

  function share(wire: WireValue): SharedValue {
    const shared = sharedValue(wire);
    numbers.push(shared.number);
    return shared;
  }

  function shareTable(table: Table): SharedValue {
    let shared = tables.get(table);
    if (shared === undefined) {
      const arrow = loadedArrow();
      if (arrow === undefined) throw arrowNeeded;
      shared = share({ kind: "table", table: takeApart(table, arrow, "shared").wire });
      tables.set(table, shared);
    }
    return shared;
  }

  const sending = {
    table: (table: Table): WireTable => (shareTable(table).wire as { readonly table: WireTable }).table,
  };

  function sendable(name: string, value: unknown, { last }: NodeCalls): WireValue | SharedValue {
    if (isArrowTable(value)) return shareTable(value);
    if (typeof value !== "object" || value === null) return toWire(value, sending);
    const before = last.get(name);
    if (before?.value === value) {
      before.shared ??= share(before.wire);
      return before.shared;
    }
    const wire = toWire(value, sending);
    last.set(name, { value, wire });
    return wire;
  }

  function prepare(node: FuncNode, names: readonly string[]): NodeCalls | Promise<NodeCalls> {
    const calls: NodeCalls = { group: undefined, last: new Map() };
    if (node.options.module === undefined) {
      const how = "it does not say where it is declared: give it 'module: import.meta.url'";
      warn({ code: "worker-no-module", node: node.name, message: inThisThreadBecause(node, how) });
      return calls;
    }
    const ready = (expected: NodeExpectation | NotElsewhere): NodeCalls => {
      if ("reason" in expected) {
        const message = inThisThreadBecause(
          node,
          `a worker can't know whether its code is the same. ${expected.reason}`,
        );
        warn({ code: "worker-code-differs", node: node.name, message });
      } else calls.group = groupOf(node, calls, expected, names);
      return calls;
    };
    const expected = expectationOf(node, codeReader, dependencyDepth);
    return expected instanceof Promise ? expected.then(ready) : ready(expected);
  }

  function groupOf(node: FuncNode, calls: NodeCalls, expected: NodeExpectation, names: readonly string[]): CallGroup {
    const lanes = Math.max(1, Math.ceil(concurrency / pool.size));
    const waiting: PooledCall[] = [];
    const leave = (): void => {
      calls.group = undefined;
      for (const call of waiting.splice(0)) if (!call.settled) call.locally();
    };
    return {
      node,
      ...expected,
      remembers: node.options.captures === undefined,
      names,
      waiting,
      lanes,
      alone: node.options.timeoutMs !== undefined,
      pace: createPace(lanes),
      giveUp(reason) {
        warn(givenUp(node, reason));
        leave();
      },
      unsendable(path, reason) {
        const what = `its result can't be sent back: at ${path.replace(/^\$/, () => node.output)}, ${reason}`;
        warn({ code: "worker-value", node: node.name, message: inThisThreadBecause(node, what) });
        leave();
      },
    };
  }

  function locally(node: FuncNode, args: Readonly<Record<string, unknown>>, context: CallContext): Promise<unknown> {
    return inThisThread(
      () =>
        new Promise((resolve, reject) => {
          if (context.stopped) return resolve(undefined);
          // Its place is free as soon as nobody waits for it.
          context.onStop(reject);
          context.begin();
          Promise.resolve(node.fn(args, context)).then(resolve, reject);
        }),
    );
  }

  function pooled(
    node: FuncNode,
    calls: NodeCalls,
    args: Readonly<Record<string, unknown>>,
    context: CallContext,
  ): unknown {
    const { group } = calls;
    if (group === undefined) return locally(node, args, context);
    const values: (WireValue | SharedValue)[] = [];
    for (const name of group.names) {
      try {
        values.push(sendable(name, args[name], calls));
      } catch (error) {
        if (error === arrowNeeded) return loadArrow().then(() => pooled(node, calls, args, context));
        if (!(error instanceof UnsendableValueError)) throw error;
        const path = error.path.replace(/^\$/, () => name);
        const what = `what it reads can't be sent to a worker: at ${path}, ${error.reason}`;
        warn({ code: "worker-value", node: node.name, message: inThisThreadBecause(node, what) });
        return locally(node, args, context);
      }
    }
    return new Promise((resolve, reject) => {
      if (context.stopped) return resolve(undefined);
      const call: PooledCall = {
        values,
        context,
        resolve,
        reject,
        locally: () => void locally(node, args, context).then(resolve, reject),
        settled: false,
        losses: 0,
        sent: undefined,
      };
      context.onStop((reason) => pool.stop(group, call, reason));
      pool.add(group, call);
    });
  }

  return {
    limitsItself: true,
    itemsAtOnce: pool.size * itemsPerWorker,
    call(node, args, context) {
      let calls = nodes.get(node);
      if (calls === undefined) {
        calls = prepare(node, Object.keys(args));
        nodes.set(node, calls);
        // When it fails, the call below fails by it, and so does every later one; here it is only not left unhandled.
        if (calls instanceof Promise)
          calls.then(
            (made) => nodes.set(node, made),
            () => undefined,
          );
      }
      if (calls instanceof Promise) return calls.then((made) => pooled(node, made, args, context));
      return pooled(node, calls, args, context);
    },
    finish() {
      pool.forget(numbers);
    },
  };
}

function inThisThreadBecause(node: FuncNode, why: string): string {
  return `Node '${node.name}' runs in the main thread: ${why.replace(/\.$/, "")}.`;
}

function givenUp(node: FuncNode, { why, message }: GivingUp): RunWarning {
  const { module } = node.options;
  const reasons: Readonly<Record<GivingUp["why"], readonly [code: string, reason: string]>> = {
    "not-declared": [
      "worker-not-declared",
      `its module, ${module}, declares no node '${node.name}' while it is imported. Declare it at the top of the module that 'module' names, not in a function that is called later`,
    ],
    ambiguous: [
      "worker-not-declared",
      `its module, ${module}, declares several nodes named '${node.name}'. Give each a name of its own`,
    ],
    "module-failed": ["worker-module-failed", `its module, ${module}, could not be imported in a worker: ${message}`],
    "runs-pipeline": [
      "worker-runs-pipeline",
      `its module, ${module}, runs a pipeline when it is imported. Declare nodes in a module of their own, or run only 'if (isMainThread)', of node:worker_threads`,
    ],
    differs: ["worker-code-differs", `in a worker it is not the same: ${message}`],
    unavailable: ["workers-unavailable", message],
  };
  const [code, reason] = reasons[why];
  return { code, node: node.name, message: inThisThreadBecause(node, reason) };
}
