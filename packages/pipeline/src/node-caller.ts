import type { FuncNode, NodeContext } from "./func-node.js";

/** One attempt of a node's function, as the one who calls it sees it. */
export interface CallContext extends NodeContext {
  /** To be called when the function is called, where that is later than {@link NodeCaller.call}: its time begins then. */
  begin(): void;
  /** How long the function itself took, in seconds, where that is not the time until it was answered. */
  took(seconds: number): void;
  /** Calls a listener, at most once, when the run is aborted or the attempt's time is up. Costs less than `signal`. */
  onStop(listener: (reason: unknown) => void): void;
  /** Whether that has happened. */
  readonly stopped: boolean;
}

/** How the functions of a run's nodes are called. */
export interface NodeCaller {
  /** What the function returns, or a promise of it; throws what the function throws. */
  call(node: FuncNode, args: Readonly<Record<string, unknown>>, context: CallContext): unknown;
  /** How many items of a map are worth having under way at once: a whole number from 1. */
  readonly itemsAtOnce: number;
  /**
   * Whether it decides itself how many calls run at once; then the run's limit does not count, and an attempt's time begins
   * with {@link CallContext.begin}.
   */
  readonly limitsItself: boolean;
  /** To be called when the run has ended. */
  finish?(): void;
}

/** Calls functions in this thread. */
export function localCaller(concurrency: number): NodeCaller {
  return { call: (node, args, context) => node.fn(args, context), itemsAtOnce: concurrency, limitsItself: false };
}
