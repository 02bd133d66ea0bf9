import { type Clock, isStreamedValue, LarderError, streamedValueSymbol } from "@larder/core";
import pLimit, { type LimitFunction } from "p-limit";
import type { FuncNode, NodeContext } from "./func-node.js";

/** How a node's function ended. */
export interface Attempted {
  readonly value: unknown;
  /** Seconds over all attempts. */
  readonly seconds: number;
  readonly attempts: number;
}

/** A node's function threw in its last attempt, or its time was up. */
export class AttemptsFailed extends Error {
  constructor(
    override readonly cause: unknown,
    readonly seconds: number,
    readonly attempts: number,
  ) {
    super("Every attempt failed.");
  }
}

/** The run was aborted before the function ended. */
export class AttemptAborted extends Error {}

/** One limit for each node that has one, over all runs of this process. */
const limits = new WeakMap<FuncNode, LimitFunction>();

/** Calls a node's function within the limits, again after failures, and gives up when the run is aborted. */
export function attemptNode(options: {
  readonly node: FuncNode;
  readonly args: Readonly<Record<string, unknown>>;
  readonly limit: LimitFunction;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}): Promise<Attempted> {
  const { node, limit } = options;
  const { concurrency } = node.options;
  if (concurrency === undefined) return limit(attemptAll, options);
  let own = limits.get(node);
  if (own === undefined) {
    own = pLimit(concurrency);
    limits.set(node, own);
  }
  return own(() => limit(attemptAll, options));
}

async function attemptAll(options: Parameters<typeof attemptNode>[0]): Promise<Attempted> {
  const { node, signal, clock } = options;
  const allowed = 1 + (node.options.retries ?? 0);
  const start = clock.monotonic();
  const seconds = () => (clock.monotonic() - start) / 1000;
  for (let attempt = 1; ; attempt++) {
    if (signal.aborted) throw new AttemptAborted();
    try {
      const value = await attemptOnce(options, attempt);
      return { value, seconds: seconds(), attempts: attempt };
    } catch (error) {
      if (signal.aborted) throw new AttemptAborted();
      if (attempt >= allowed) throw new AttemptsFailed(error, seconds(), attempt);
    }
  }
}

function attemptOnce(options: Parameters<typeof attemptNode>[0], attempt: number): Promise<unknown> {
  const { node, args, signal } = options;
  const { timeoutMs } = node.options;
  const context = new AttemptContext(node.name, attempt);
  return new Promise<unknown>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const done = () => {
      signal.removeEventListener("abort", onAbort);
      clearTimeout(timer);
    };
    const collecting = new AbortController();
    const stop = (reason: unknown) => {
      done();
      reject(reason);
      context.abort(reason);
      collecting.abort(reason);
    };
    // Several may read it, and a stream is read once. What it throws is what the function throws.
    const whole = (value: unknown): unknown =>
      isStreamedValue(value) ? value[streamedValueSymbol](collecting.signal) : value;
    const onAbort = () => stop(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (timeoutMs !== undefined) timer = setTimeout(() => stop(timeoutError(node.name, timeoutMs)), timeoutMs);
    try {
      Promise.resolve(node.fn(args, context)).then(whole).then(resolve, reject).finally(done);
    } catch (error) {
      reject(error);
      done();
    }
  });
}

/** Makes its signal when it is asked for: most functions never do. */
class AttemptContext implements NodeContext {
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  constructor(
    readonly nodeName: string,
    readonly attempt: number,
  ) {}

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#aborted = { reason };
    this.#controller?.abort(reason);
  }
}

function timeoutError(node: string, timeoutMs: number): LarderError {
  return new LarderError(
    `Node '${node}' took longer than its timeoutMs of ${timeoutMs}. Raise it, or let the function end when context.signal is aborted.`,
    { code: "node-timeout", facts: { node, timeoutMs } },
  );
}
