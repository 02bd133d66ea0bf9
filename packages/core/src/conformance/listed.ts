import assert from "node:assert/strict";
import type { KeyRange } from "../capabilities/index.js";
import type { Ground } from "./ground.js";

/** The keys of a test that begin with `within`, without the prefix of the test, as the backend lists them. */
export function listed(ground: Ground, within: string): Promise<string[]> {
  return listedIn(ground, { prefix: ground.prefix + within });
}

/** The keys of a range, which must all be keys of the test, without its prefix. */
export async function listedIn({ index, prefix }: Ground, range: KeyRange): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of index().keys(range)) {
    assert.ok(key.startsWith(prefix), `keys() lists ${JSON.stringify(key)}, which is not in the range asked for`);
    keys.push(key.slice(prefix.length));
  }
  return keys;
}

/** Texts in the order of their UTF-8 bytes. */
export function byUtf8(texts: readonly string[]): string[] {
  return [...texts].sort(compareUtf8);
}

/** The keys that are in a range, in its order. */
export function inRange(keys: readonly string[], range: KeyRange): string[] {
  const { prefix = "", from = "", before, reverse, limit } = range;
  const inside = byUtf8(keys).filter(
    (key) =>
      key.startsWith(prefix) && compareUtf8(key, from) >= 0 && (before === undefined || compareUtf8(key, before) < 0),
  );
  if (reverse === true) inside.reverse();
  return inside.slice(0, limit);
}

function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
