import { type Clock, LarderError } from "@larder/core";
import pLimit, { type LimitFunction } from "p-limit";
import type { FuncNode } from "./func-node.js";
import { declaredNode } from "./nested/nesting.js";
import type { CallContext, NodeCaller } from "./node-caller.js";
import { wholeValue } from "./whole-value.js";

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

/** What it takes to call a node's function. */
export interface AttemptOptions {
  readonly node: FuncNode;
  readonly args: Readonly<Record<string, unknown>>;
  readonly caller: NodeCaller;
  readonly limit: LimitFunction;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Called when there is a place among the running, before the first attempt; what it rejects with is no failed attempt. */
  readonly onPlace?: (() => Promise<void>) | undefined;
  /** Called after that, when the function is about to be called for the first time. */
  readonly onStart?: (() => void) | undefined;
}

/** Calls a node's function within the limits, again after failures, and gives up when the run is aborted. */
export function attemptNode(options: AttemptOptions): Promise<Attempted> {
  const { node, caller } = options;
  const { concurrency } = node.options;
  const limit: LimitFunction | typeof callAtOnce = caller.limitsItself ? callAtOnce : options.limit;
  if (concurrency === undefined) return limit(attemptAll, options);
  const declared = declaredNode(node);
  let own = limits.get(declared);
  if (own === undefined) {
    own = pLimit(concurrency);
    limits.set(declared, own);
  }
  return own(() => limit(attemptAll, options));
}

function callAtOnce(attempt: typeof attemptAll, options: AttemptOptions): Promise<Attempted> {
  return attempt(options);
}

async function attemptAll(options: AttemptOptions): Promise<Attempted> {
  const { node, signal, clock, onPlace, onStart } = options;
  const allowed = 1 + (node.options.retries ?? 0);
  if (onPlace !== undefined && !signal.aborted) await onPlace();
  if (!signal.aborted) onStart?.();
  let seconds = 0;
  for (let attempt = 1; ; attempt++) {
    if (signal.aborted) throw new AttemptAborted();
    const context = new AttemptContext(node.name, attempt);
    const start = clock.monotonic();
    try {
      const value = await attemptOnce(options, context);
      seconds += context.seconds ?? (clock.monotonic() - start) / 1000;
      return { value, seconds, attempts: attempt };
    } catch (error) {
      if (signal.aborted) throw new AttemptAborted();
      seconds += context.seconds ?? (clock.monotonic() - start) / 1000;
      if (attempt >= allowed) throw new AttemptsFailed(error, seconds, attempt);
    }
  }
}

function attemptOnce(options: AttemptOptions, context: AttemptContext): Promise<unknown> {
  const { node, args, caller, signal } = options;
  const { timeoutMs } = node.options;
  return new Promise<unknown>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const stops = stopsOf(signal);
    const done = () => {
      stops.delete(stop);
      clearTimeout(timer);
      context.onBegin = undefined;
    };
    const stop = (reason: unknown) => {
      done();
      reject(reason);
      context.abort(reason);
    };
    const whole = (value: unknown): unknown => wholeValue(value, () => context.signal);
    stops.add(stop);
    if (timeoutMs !== undefined) {
      context.onBegin = () => {
        timer = setTimeout(() => stop(timeoutError(node.name, timeoutMs)), timeoutMs);
      };
    }
    if (!caller.limitsItself) context.begin();
    try {
      Promise.resolve(caller.call(node, args, context))
        .then(whole)
        .then(resolve, reject)
        .finally(done);
    } catch (error) {
      reject(error);
      done();
    }
  });
}

/** What is to be stopped when a signal is aborted: one listener for all, as each costs as much as there are. */
const stopsBySignal = new WeakMap<AbortSignal, Set<(reason: unknown) => void>>();

function stopsOf(signal: AbortSignal): Set<(reason: unknown) => void> {
  let stops = stopsBySignal.get(signal);
  if (stops === undefined) {
    const made = new Set<(reason: unknown) => void>();
    signal.addEventListener("abort", () => {
      for (const stop of [...made]) stop(signal.reason);
    });
    stopsBySignal.set(signal, made);
    stops = made;
  }
  return stops;
}

/** Makes its signal when it is asked for: most functions never do. */
class AttemptContext implements CallContext {
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;
  #listener: ((reason: unknown) => void) | undefined;
  /** Called when the attempt's time begins, at most once. */
  onBegin: (() => void) | undefined;
  /** As whoever called the function measured it. */
  seconds: number | undefined;

  constructor(
    readonly nodeName: string,
    readonly attempt: number,
  ) {}

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    return this.#controller.signal;
  }

  begin(): void {
    const { onBegin } = this;
    this.onBegin = undefined;
    // Over already: nobody would stop the clock.
    if (this.#aborted === undefined) onBegin?.();
  }

  took(seconds: number): void {
    this.seconds = seconds;
  }

  get stopped(): boolean {
    return this.#aborted !== undefined;
  }

  onStop(listener: (reason: unknown) => void): void {
    this.#listener = listener;
  }

  abort(reason: unknown): void {
    this.#aborted = { reason };
    this.#listener?.(reason);
    this.#controller?.abort(reason);
  }
}

function timeoutError(node: string, timeoutMs: number): LarderError {
  return new LarderError(
    `Node '${node}' took longer than its timeoutMs of ${timeoutMs}. Raise it, or let the function end when context.signal is aborted.`,
    { code: "node-timeout", facts: { node, timeoutMs } },
  );
}
