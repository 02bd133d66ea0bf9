import type { BigIntStats } from "node:fs";

/**
 * The version of a file: its times to the nanosecond, its inode and its length. Every write of a storage puts a new file
 * in place, with a later time of change than that of the old one, so that it differs. A program that changes a file in
 * place twice within one tick of the system's clock (some 4 ms) and leaves its length may go unseen.
 */
export function fileVersion({ mtimeNs, ctimeNs, ino, size }: BigIntStats): string {
  return [mtimeNs, ctimeNs, ino, size].map((number) => number.toString(36)).join("-");
}

/**
 * The time of change for a file that takes the place of another, in seconds: now, and later than that of the other. What
 * the system would note is only as fine as its tick, and two files in a row could have the same.
 *
 * @param nowMs - absolute, with fractions
 */
export function laterTime(nowMs: number, replaced: BigIntStats | undefined): number {
  // Numbers of this size tell 0.24 µs apart.
  const stepSeconds = 1e-6;
  const now = nowMs / 1000;
  return replaced === undefined ? now : Math.max(now, Number(replaced.mtimeNs) / 1e9 + stepSeconds);
}
