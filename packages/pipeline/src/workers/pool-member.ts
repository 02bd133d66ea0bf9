import type { FuncNode } from "../func-node.js";
import type { CallGroup, PooledCall } from "./call-group.js";
import { callState, type FoundNode, mostCallsAtOnce } from "./messages.js";
import { createSentValues, type SentValues } from "./sent-values.js";
import { packValues, type SentValue } from "./wire/packed-values.js";
import type { WireValue } from "./wire/wire-value.js";
import type { WorkerThread } from "./worker-thread.js";

/** A worker of a pool, and what it has. */
export interface PoolMember {
  thread: WorkerThread;
  /** Whether its program runs. */
  ready: boolean;
  /** Whether it gets no more calls. */
  retired: boolean;
  /** Whose calls it has; `undefined` when it is idle. */
  group: CallGroup | undefined;
  /** The question it was asked and has not answered. */
  asked: number | undefined;
  /** What it has answered. */
  readonly found: WeakMap<FuncNode, FoundNode>;
  /** The number of the node, of the groups whose node it has. */
  readonly nodes: WeakMap<CallGroup, number>;
  readonly calls: Map<number, { readonly call: PooledCall; readonly slot: number }>;
  readonly freeSlots: number[];
  readonly sent: SentValues;
  /** Calls of the last batch. */
  lastBatch: number;
  /** Ends it when it has been idle, or does not answer. */
  timer: NodeJS.Timeout | undefined;
}

export function newMember(thread: WorkerThread): PoolMember {
  return {
    thread,
    ready: false,
    retired: false,
    group: undefined,
    asked: undefined,
    found: new WeakMap(),
    nodes: new WeakMap(),
    calls: new Map(),
    freeSlots: Array.from({ length: mostCallsAtOnce }, (_, slot) => slot),
    sent: createSentValues(),
    lastBatch: 0,
    timer: undefined,
  };
}

let lastCall = 0;

/** Sends calls of the member's group. */
export function sendCalls(member: PoolMember, calls: readonly PooledCall[]): void {
  const { node, names, lanes, alone } = member.group!;
  const shared: (readonly [number, WireValue])[] = [];
  const numbers: number[] = [];
  const slots: number[] = [];
  const values: SentValue[] = [];
  for (const call of calls) {
    const number = ++lastCall;
    const slot = member.freeSlots.pop()!;
    member.thread.states[slot] = callState.waiting;
    member.calls.set(number, { call, slot });
    call.sent = { member, number, slot };
    numbers.push(number);
    slots.push(slot);
    for (const value of call.values) {
      if (value.kind !== "shared-value") values.push(value);
      else {
        if (member.sent.add(value)) shared.push([value.number, value.wire]);
        values.push({ kind: "shared", number: value.number });
      }
    }
  }
  member.lastBatch = calls.length;
  const head = { node: member.nodes.get(member.group!)!, nodeName: node.name, names, lanes, announce: alone };
  const packed = packValues(values);
  const attempts = calls.map(({ context }) => context.attempt);
  member.thread.post({ kind: "calls", ...head, shared, calls: numbers, slots, attempts, values: packed }, [
    packed.bytes.buffer,
  ]);
  const trimmed = member.sent.trim();
  if (trimmed !== undefined) member.thread.post(trimmed);
}
