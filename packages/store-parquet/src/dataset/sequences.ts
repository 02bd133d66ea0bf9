import type { DatasetContext } from "./dataset-context.js";
import type { DatasetState } from "./log/dataset-state.js";

/** Invalidations are kept for so long; a fetch that took longer might undo one, and is not stored. */
export const keptInvalidMs = 24 * 60 * 60 * 1000;

/** A sequence counts thousandths of a millisecond, as long as the clock is not behind. */
const perMillisecond = 1000;

/** What is left to chance; above that is room for those that one process gives within a millisecond. */
const chance = 900;

const last = new WeakMap<DatasetContext, number>();

/**
 * A number for a fetch that begins now, greater than all that a state holds and than all given before here: the time since 1970, with
 * a rest left to chance, so that processes don't give the same.
 */
export function nextSequence(context: DatasetContext, state: DatasetState): number {
  const { random } = context.settings;
  return given(context, leastSequence(context, state) + Math.floor(random() * chance));
}

/** The sequence of an invalidation: greater than all given to fetches that began before, also to those of the same millisecond elsewhere. */
export function invalidSequence(context: DatasetContext, state: DatasetState): number {
  return given(context, leastSequence(context, state) + perMillisecond - 1);
}

function leastSequence({ settings }: DatasetContext, state: DatasetState): number {
  return Math.max(state.sequence + 1, Math.floor(settings.clock.now()) * perMillisecond);
}

function given(context: DatasetContext, wanted: number): number {
  const sequence = Math.max((last.get(context) ?? 0) + 1, wanted);
  last.set(context, sequence);
  return sequence;
}

/** Whether a sequence may have been given to a fetch: not one far in the future, which nothing could ever follow. */
export function isCredible({ settings }: DatasetContext, state: DatasetState, sequence: number): boolean {
  const most = Math.max(state.sequence, (settings.clock.now() + keptInvalidMs) * perMillisecond) + perMillisecond;
  return Number.isSafeInteger(sequence) && sequence > 0 && sequence <= most;
}

/** Whether an invalidation that came after a sequence was taken may be forgotten already. */
export function isTooOld(context: DatasetContext, sequence: number): boolean {
  return sequence < (context.settings.clock.now() - keptInvalidMs) * perMillisecond;
}
