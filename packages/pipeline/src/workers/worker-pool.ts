import { LarderError } from "@larder/core";
import { declaredNode } from "../nested/nesting.js";
import { textOf } from "../text-of-error.js";
import type { WorkerProgram } from "../worker-url.js";
import type { CallGroup, GivingUp, PooledCall } from "./call-group.js";
import { type AnswersMessage, callState, type Ending, type FindAnswer, type FromWorker } from "./messages.js";
import { newMember, type PoolMember, sendCalls } from "./pool-member.js";
import { unpackValues } from "./wire/packed-values.js";
import { errorFromWire, errorToWire } from "./wire/wire-error.js";
import type { WireValue } from "./wire/wire-value.js";
import { startWorker, type WorkerThread } from "./worker-thread.js";

/** Worker threads that call functions; started when there is work, and again when one dies. */
export interface WorkerPool {
  /** Workers at once. */
  readonly size: number;
  /** Has a call made. */
  add(group: CallGroup, call: PooledCall): void;
  /** The result is not wanted any more: aborts the call's signal, and ends a worker that goes on regardless. */
  stop(group: CallGroup, call: PooledCall, reason: unknown): void;
  /** Values that no call will read again. */
  forget(shared: readonly number[]): void;
  /** Ends the workers that are idle, and the others when they are; a later call starts new ones. */
  close(): Promise<void>;
}

/** Milliseconds a worker may go on with what is not wanted, before it is ended. */
const graceMs = 1000;
/** Milliseconds after which a worker without work is ended. */
const idleMs = 30_000;
/** Workers that die one after the other before their program runs, until no more are started. */
const mostFailedStarts = 3;
/** How often a call that had not begun is given to another worker, when the one that had it has died. */
const mostLosses = 3;

export function createWorkerPool(options: {
  readonly size: number;
  /** `undefined` when there is none to be found. */
  readonly program: WorkerProgram | undefined;
  /** The value of a result. */
  readonly receive: (value: WireValue) => unknown;
}): WorkerPool {
  const { size, program, receive } = options;
  const members = new Set<PoolMember>();
  /** Groups with calls that wait; whose turn is next comes first. */
  const turns = new Set<CallGroup>();
  let scheduled = false;
  let closing = false;
  let failedStarts = 0;
  let unavailable =
    program === undefined
      ? "The program of the worker threads is not there: leave @larder/pipeline out of bundles."
      : undefined;
  let lastRequest = 0;

  /** Calls made in one turn of the event loop go together. */
  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      dispatch();
    });
  }

  function dispatch(): void {
    for (const group of turns) if (group.waiting.length === 0) turns.delete(group);
    if (unavailable !== undefined) {
      for (const group of [...turns]) giveUp(group, { why: "unavailable", message: unavailable });
      return;
    }
    for (const member of [...members]) {
      if (member.group !== undefined && member.asked === undefined && member.calls.size === 0) release(member);
    }
    for (let group = nextTurn(); group !== undefined; group = nextTurn()) {
      const member = idleFor(group) ?? startMember();
      if (member === undefined) break;
      turns.delete(group);
      turns.add(group);
      assign(member, group);
      if (group.waiting.length === 0) turns.delete(group);
    }
    for (const member of members) topUp(member);
  }

  /** A group with more calls than there are workers that have just been asked for its node. */
  function nextTurn(): CallGroup | undefined {
    for (const group of turns) {
      let asked = 0;
      for (const member of members) if (member.group === group && member.asked !== undefined) asked++;
      if (group.waiting.length > asked) return group;
    }
    return undefined;
  }

  function idleFor(group: CallGroup): PoolMember | undefined {
    let idle: PoolMember | undefined;
    for (const member of members) {
      if (member.group !== undefined) continue;
      if (member.nodes.has(group)) return member;
      idle ??= member;
    }
    return idle;
  }

  function startMember(): PoolMember | undefined {
    if (members.size >= size) return undefined;
    let member: PoolMember | undefined;
    let thread: WorkerThread;
    try {
      thread = startWorker(program!, {
        message: (message) => onMessage(member!, message),
        ended: (exitCode, error) => onEnded(member!, exitCode, error),
      });
    } catch (error) {
      unavailable = `No worker thread can be started: ${textOf(error)}`;
      schedule();
      return undefined;
    }
    member = newMember(thread);
    members.add(member);
    return member;
  }

  function assign(member: PoolMember, group: CallGroup): void {
    clearTimeout(member.timer);
    member.group = group;
    member.thread.hold(true);
    const known = group.remembers ? member.found.get(declaredNode(group.node)) : undefined;
    if (member.nodes.has(group)) fill(member);
    else if (known !== undefined) judge(member, group, known);
    else {
      member.asked = ++lastRequest;
      member.thread.post({ kind: "find", request: member.asked, ...group.question });
    }
  }

  function judge(member: PoolMember, group: CallGroup, found: FindAnswer): void {
    if ("missing" in found) {
      giveUp(group, { why: found.missing, message: found.message });
      return;
    }
    member.found.set(declaredNode(group.node), found);
    const difference = group.differs(found);
    if (difference === undefined) {
      member.nodes.set(group, found.node);
      fill(member);
    } else giveUp(group, { why: "differs", message: difference });
  }

  function giveUp(group: CallGroup, reason: GivingUp): void {
    turns.delete(group);
    group.giveUp(reason);
    schedule();
  }

  function fill(member: PoolMember): void {
    const { waiting, pace, alone } = member.group!;
    let sent = 0;
    for (const { group, calls } of members) if (group === member.group) sent += calls.size;
    const share = Math.ceil((waiting.length + sent) / size) - member.calls.size;
    const count = alone ? 1 : pace.next(share);
    const calls = waiting.splice(0, count).filter(({ settled }) => !settled);
    if (calls.length > 0) sendCalls(member, calls);
    else schedule();
  }

  /** Gives a worker its next calls before it has done the last, so that it need not wait for this thread. */
  function topUp(member: PoolMember): void {
    const { group, calls } = member;
    if (group === undefined || member.asked !== undefined || group.waiting.length === 0 || !member.nodes.has(group))
      return;
    for (const other of turns) if (other !== group && other.waiting.length > 0) return;
    const enough = Math.max(group.lanes - 1, group.alone ? 0 : Math.floor(member.lastBatch / 2));
    if (calls.size <= enough) fill(member);
    if (group.alone && calls.size < group.lanes && group.waiting.length > 0) schedule();
  }

  function release(member: PoolMember): void {
    member.group = undefined;
    member.thread.hold(false);
    clearTimeout(member.timer);
    if (closing) retire(member);
    else member.timer = setTimeout(() => retire(member), idleMs).unref();
  }

  /** Takes a worker out, and ends it: at once when it has nothing to do, else soon. */
  function retire(member: PoolMember): void {
    member.retired = true;
    members.delete(member);
    member.thread.hold(false);
    clearTimeout(member.timer);
    if (member.calls.size === 0) void member.thread.terminate();
    else member.timer = setTimeout(() => void member.thread.terminate(), graceMs).unref();
    schedule();
  }

  function onMessage(member: PoolMember, message: FromWorker): void {
    switch (message.kind) {
      case "ready":
        member.ready = true;
        failedStarts = 0;
        return;
      case "found":
        if (member.asked !== message.request) return;
        member.asked = undefined;
        judge(member, member.group!, message.found);
        schedule();
        return;
      case "begun":
        member.calls.get(message.call)?.call.context.begin();
        return;
      case "answers":
        onAnswers(member, message);
        if (member.retired && member.calls.size === 0) void member.thread.terminate();
        schedule();
    }
  }

  function onAnswers(member: PoolMember, { calls, took, values, failures }: AnswersMessage): void {
    const failed = new Map(failures);
    for (const [place, value] of unpackValues(values).entries()) {
      const ending = failed.get(place) ?? { value: value as WireValue };
      onAnswer(member, calls[place]!, took[place]!, ending);
    }
  }

  function onAnswer(member: PoolMember, number: number, took: number, ending: Ending): void {
    const entry = member.calls.get(number);
    if (entry === undefined) return;
    member.calls.delete(number);
    member.freeSlots.push(entry.slot);
    const { call } = entry;
    if (call.settled) return;
    call.settled = true;
    member.group?.pace.took(took);
    if ("unsendable" in ending) {
      member.group?.unsendable(ending.unsendable.path, ending.unsendable.reason);
      call.locally();
      return;
    }
    call.context.took(took);
    try {
      if ("error" in ending) call.reject(errorFromWire(ending.error));
      else call.resolve(receive(ending.value));
    } catch (error) {
      call.reject(error);
    }
  }

  function onEnded(member: PoolMember, exitCode: number, error: unknown): void {
    clearTimeout(member.timer);
    members.delete(member);
    const { group, retired } = member;
    if (!member.ready && !retired && ++failedStarts >= mostFailedStarts) {
      unavailable = `Worker threads end as soon as they are started (${error === undefined ? `exit code ${exitCode}` : textOf(error)}).`;
    }
    if (group !== undefined) {
      if (member.ready && member.asked !== undefined && !retired) {
        const how = error === undefined ? `ended with exit code ${exitCode}` : `failed: ${textOf(error)}`;
        giveUp(group, { why: "module-failed", message: `the worker ${how}` });
      }
      const again: PooledCall[] = [];
      for (const { call, slot } of member.calls.values()) {
        if (call.settled) continue;
        const state = member.thread.states[slot];
        // What we ended ourselves was not at fault, nor was what had not begun. What had just been done may have been.
        const limit = retired || state === callState.waiting ? mostLosses : state === callState.done ? 1 : 0;
        if (++call.losses <= limit) {
          again.push(call);
          continue;
        }
        call.settled = true;
        call.reject(crashError(group.node.name, exitCode, error));
      }
      member.calls.clear();
      if (again.length > 0) {
        group.waiting.unshift(...again);
        turns.add(group);
      }
    }
    schedule();
  }

  return {
    size,
    add(group, call) {
      closing = false;
      group.waiting.push(call);
      turns.add(group);
      schedule();
    },
    stop(group, call, reason) {
      if (call.settled) return;
      call.settled = true;
      const at = group.waiting.indexOf(call);
      if (at >= 0) {
        group.waiting.splice(at, 1);
        return;
      }
      if (call.sent === undefined) return;
      const { member, number, slot } = call.sent;
      member.thread.post({ kind: "stop", calls: [number], reason: errorToWire(reason) });
      if (member.thread.states[slot] !== callState.done && !member.retired) retire(member);
    },
    forget(shared) {
      for (const { sent, thread } of members) {
        const message = sent.forget(shared);
        if (message !== undefined) thread.post(message);
      }
    },
    async close() {
      closing = true;
      const idle = [...members].filter(({ group }) => group === undefined);
      for (const member of idle) member.retired = true;
      await Promise.all(
        idle.map((member) => {
          members.delete(member);
          clearTimeout(member.timer);
          return member.thread.terminate();
        }),
      );
    },
  };
}

function crashError(node: string, exitCode: number, cause: unknown): LarderError {
  const how = cause === undefined ? `exit code ${exitCode}` : textOf(cause);
  return new LarderError(
    `The worker thread that ran node '${node}' ended (${how}). Other nodes are not concerned; run again to compute this one, or in mode 'local' to see what ends it.`,
    { code: "worker-crashed", facts: { node, exitCode }, ...(cause === undefined ? {} : { cause }) },
  );
}
