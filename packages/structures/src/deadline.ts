import type { BlobRecord, JsonObject } from "@larder/core";
import type { BootClock } from "./boot-clock.js";

/**
 * The end of a span of time, as it is stored. Within one boot it is held against the steady clock alone, so that a jump of
 * the wall clock changes nothing. In another boot only the wall clock is left: see {@link remainingMs}.
 */
export interface Deadline {
  /** `bootId` of the clock that made it. */
  readonly boot: string;
  /** By the steady clock of that boot, in milliseconds. */
  readonly steadyMs: number;
  /** By the wall clock, in milliseconds since 1970. */
  readonly wallMs: number;
  /** The whole span in milliseconds. */
  readonly spanMs: number;
}

/** The deadline `spanMs` (0 or more) from now. */
export function deadlineAfter(spanMs: number, clock: BootClock): Deadline {
  return { boot: clock.bootId, steadyMs: clock.steady() + spanMs, wallMs: clock.now() + spanMs, spanMs };
}

/**
 * Milliseconds left, 0 when the time is over, never more than the whole span: where a clock was set back between two boots,
 * one span is waited at most, not the days of the jump. A deadline of another boot should be stored again with
 * {@link deadlineAfter}, so that the next look finds it in this boot.
 */
export function remainingMs(deadline: Deadline, clock: BootClock): number {
  const left = isOfBoot(deadline, clock) ? deadline.steadyMs - clock.steady() : deadline.wallMs - clock.now();
  return Math.min(deadline.spanMs, Math.max(0, left));
}

/** Whether the steady clock can tell when it is over. */
export function isOfBoot(deadline: Deadline, clock: BootClock): boolean {
  return deadline.boot === clock.bootId;
}

/** A deadline as JSON. */
export function deadlineJson({ boot, steadyMs, wallMs, spanMs }: Deadline): JsonObject {
  return { boot, steadyMs, wallMs, spanMs };
}

/** The deadline of such JSON; `undefined` for anything else. */
export function parseDeadline(json: NonNullable<BlobRecord["details"]>[string] | undefined): Deadline | undefined {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  const { boot, steadyMs, wallMs, spanMs } = json as JsonObject;
  const numbers = [steadyMs, wallMs, spanMs];
  if (typeof boot !== "string" || !numbers.every((each) => typeof each === "number" && Number.isFinite(each))) {
    return undefined;
  }
  return { boot, steadyMs: steadyMs as number, wallMs: wallMs as number, spanMs: spanMs as number };
}
