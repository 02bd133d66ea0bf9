import { setImmediate as turn } from "node:timers/promises";
import type { FuncNode, NodeContext } from "../../func-node.js";
import { wholeValue } from "../../whole-value.js";
import { type AnswersMessage, type CallsMessage, callState, type Ending } from "../messages.js";
import { packValues } from "../wire/packed-values.js";
import { UnsendableValueError } from "../wire/unsendable-value-error.js";
import { errorToWire } from "../wire/wire-error.js";
import type { WireValue } from "../wire/wire-value.js";

/** Milliseconds for which answers are gathered, and for which messages wait. */
const gatheringMs = 25;

/** Calls functions, in the order in which the calls were sent. */
export interface CallRunner {
  /** @param values - each makes one of the arguments: those of the first call, then those of the next */
  add(message: CallsMessage, node: FuncNode, values: readonly (() => unknown)[]): void;
  stop(calls: readonly number[], reason: unknown): void;
}

interface PendingCall {
  readonly message: CallsMessage;
  readonly node: FuncNode;
  readonly number: number;
  readonly slot: number;
  readonly attempt: number;
  readonly values: readonly (() => unknown)[];
  /** Where its first value is. */
  readonly firstValue: number;
}

export function createCallRunner(options: {
  readonly states: Uint8Array;
  /** Marks what is called as a node's function. */
  readonly within: <T>(call: () => T) => T;
  readonly begun: (call: number) => void;
  /** The wire form of a result; notes the memory that is handed over. */
  readonly send: (value: unknown, blocks: ArrayBufferLike[]) => WireValue | Promise<WireValue>;
  readonly answer: (message: AnswersMessage, blocks: readonly ArrayBufferLike[]) => void;
}): CallRunner {
  const { states, send } = options;
  let waiting: PendingCall[] = [];
  const running = new Map<number, CallSignal>();
  let lanes = 0;
  let answers: { readonly number: number; readonly took: number; readonly ending: Ending }[] = [];
  let blocks: ArrayBufferLike[] = [];
  let answeredAt = performance.now();
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    answeredAt = performance.now();
    if (answers.length === 0) return;
    const failures: AnswersMessage["failures"][number][] = [];
    const values = packValues(
      answers.map(({ ending }, place) => {
        if ("value" in ending) return ending.value;
        failures.push([place, ending]);
        return { kind: "plain", value: undefined };
      }),
    );
    const calls = answers.map(({ number }) => number);
    const took = answers.map(({ took }) => took);
    const handedOver = [...blocks, values.bytes.buffer];
    [answers, blocks] = [[], []];
    options.answer({ kind: "answers", calls, took, values, failures }, handedOver);
  }

  async function run({ message, node, number, slot, attempt, values, firstValue }: PendingCall): Promise<void> {
    const context = new CallSignal(message.nodeName, attempt);
    running.set(number, context);
    states[slot] = callState.running;
    if (message.announce) options.begun(number);
    const start = performance.now();
    const took = () => (performance.now() - start) / 1000;
    let ending: Ending;
    let seconds: number | undefined;
    try {
      const args: Record<string, unknown> = {};
      for (const [index, name] of message.names.entries()) args[name] = values[firstValue + index]!();
      const returned = options.within(() => node.fn(args, context));
      const value = isPlainResult(returned) ? returned : await wholeValue(await returned, () => context.signal);
      seconds = took();
      const sent = send(value, blocks);
      ending = { value: sent instanceof Promise ? await sent : sent };
    } catch (error) {
      ending =
        error instanceof UnsendableValueError
          ? { unsendable: { path: error.path, reason: error.reason } }
          : { error: errorToWire(error) };
    }
    running.delete(number);
    states[slot] = callState.done;
    answers.push({ number, took: seconds ?? took(), ending });
  }

  async function lane(): Promise<void> {
    lanes++;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await run(next);
      if (performance.now() - answeredAt < gatheringMs) continue;
      flush();
      // Lets messages in, such as that the rest is not wanted.
      await turn();
      if (lanes > next.message.lanes) break;
    }
    lanes--;
    if (lanes === 0 && waiting.length === 0) flush();
    else timer ??= setTimeout(flush, gatheringMs);
  }

  return {
    add(message, node, values) {
      const { calls, slots, attempts, names } = message;
      for (const [at, number] of calls.entries()) {
        const firstValue = at * names.length;
        waiting.push({ message, node, number, slot: slots[at]!, attempt: attempts[at]!, values, firstValue });
      }
      const wanted = Math.min(message.lanes, lanes + waiting.length);
      while (lanes < wanted) void lane();
    },
    stop(calls, reason) {
      const stopped = new Set(calls);
      const ending = { error: errorToWire(reason) };
      for (const { number } of waiting) if (stopped.has(number)) answers.push({ number, took: 0, ending });
      waiting = waiting.filter(({ number }) => !stopped.has(number));
      for (const number of calls) running.get(number)?.abort(reason);
      if (lanes === 0) flush();
      else timer ??= setTimeout(flush, gatheringMs);
    },
  };
}

/** Whether there is nothing to wait for, and nothing to read to its end. */
function isPlainResult(value: unknown): boolean {
  return (typeof value !== "object" && typeof value !== "function") || value === null || Array.isArray(value);
}

/** Makes its signal when it is asked for: most functions never do. */
class CallSignal implements NodeContext {
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
