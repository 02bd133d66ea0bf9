import assert from "node:assert/strict";
import type { BlobRecord } from "../blob-record.js";

/** Fails with a sentence about the first difference, where `deepEqual` would print megabytes. */
export function expectBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  if (!(actual instanceof Uint8Array)) assert.fail(`${what}: a Uint8Array is wanted, not ${String(actual)}`);
  if (Buffer.compare(actual, expected) === 0) return;
  if (actual.byteLength !== expected.byteLength) {
    assert.fail(`${what}: ${actual.byteLength} bytes came back instead of ${expected.byteLength}`);
  }
  const at = expected.findIndex((byte, i) => byte !== actual[i]);
  assert.fail(`${what}: byte ${at} came back as ${actual[at]} instead of ${expected[at]}`);
}

/** Fails when a record lost, gained or changed a field. A field that is `undefined` is as one that is not there. */
export function expectRecord(actual: BlobRecord, expected: BlobRecord, what: string): void {
  assert.equal(asJson(actual), asJson(expected), `${what}: the record came back changed`);
}

/** Fails unless `read` throws or rejects with a `RangeError`. */
export async function expectRangeError(read: () => unknown, what: string): Promise<void> {
  try {
    await read();
  } catch (error) {
    assert.ok(error instanceof RangeError, `${what}: it throws ${String(error)} instead of a RangeError`);
    return;
  }
  assert.fail(`${what}: it throws no RangeError`);
}

/** Records are JSON; the order of an object's keys means nothing. */
function asJson(value: unknown): string {
  return JSON.stringify(sorted(value), undefined, 1);
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  // Entries, not an object: a key '__proto__' counts too.
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, part]) => [name, sorted(part)]);
}
