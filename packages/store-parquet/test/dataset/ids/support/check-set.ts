import { expect } from "vitest";
import type { Container, IdSet } from "../../../../src/dataset/ids/id-set.js";

/** Checks that a set is exactly these ids, ascending and each once, in its one canonical form. */
export function expectIds(set: IdSet, ids: readonly bigint[]): void {
  const containers = new Set(ids.map((id) => id >> 16n)).size;
  expect(set.loose.length).toBe(ids.length < 4 * containers ? ids.length : 0);
  if (set.loose.length > 0) expectSame(set.loose, ids);
  expect(set.containers.length).toBe(containers);
  const found: bigint[] = [];
  let before = Number.NEGATIVE_INFINITY;
  for (const container of set.containers) {
    if (container.high <= before) expect(container.high).toBeGreaterThan(before);
    before = container.high;
    const lows = lowsOf(container);
    expect(container.size).toBe(lows.length);
    expect(container.kind).toBe(kindFor(lows));
    for (const low of lows) found.push(BigInt(container.high) * 65_536n + BigInt(low));
  }
  expect(set.size).toBe(ids.length);
  expectSame(found, ids);
}

/** Like `toEqual`, and fast for many ids. */
export function expectSame(found: ArrayLike<bigint>, ids: ArrayLike<bigint>): void {
  expect(found.length).toBe(ids.length);
  for (let i = 0; i < ids.length; i++) if (found[i] !== ids[i]) expect(found[i], `the id at place ${i}`).toBe(ids[i]);
}

function lowsOf(container: Container): number[] {
  if (container.kind === "list") return [...container.lows];
  const lows: number[] = [];
  if (container.kind === "runs") {
    for (let i = 0; i < container.runs.length; i += 2) {
      for (let low = container.runs[i]!; low <= container.runs[i + 1]!; low++) lows.push(low);
    }
    return lows;
  }
  expect(container.words.length).toBe(2048);
  for (let low = 0; low < 65_536; low++) if ((container.words[low >> 5]! >>> (low % 32)) & 1) lows.push(low);
  return lows;
}

function kindFor(lows: readonly number[]): Container["kind"] {
  const runs = lows.filter((low, i) => i === 0 || low !== lows[i - 1]! + 1).length;
  const other = lows.length <= 4096 ? 2 + 2 * lows.length : 8192;
  if (2 + 4 * runs < other) return "runs";
  return lows.length <= 4096 ? "list" : "bits";
}
