import assert from "node:assert/strict";
import { LarderError } from "@larder/core";
import type { RemoteErrorCode } from "../remote/remote-error.js";
import type { RemoteRead } from "../remote/remote-storage.js";

/** What a read found. */
export type FoundRead = Extract<RemoteRead, { readonly status: "found" }>;

/** Bytes that differ from place to place, and by `seed`. */
export function sampleBytes(byteLength: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  for (let i = 0; i < byteLength; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Fails with a sentence about the first difference, where `deepEqual` would print megabytes. */
export function expectBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  if (Buffer.compare(actual, expected) === 0) return;
  if (actual.byteLength !== expected.byteLength) {
    assert.fail(`${what}: ${actual.byteLength} bytes came back instead of ${expected.byteLength}`);
  }
  const at = expected.findIndex((byte, i) => byte !== actual[i]);
  assert.fail(`${what}: byte ${at} came back as ${actual[at]} instead of ${expected[at]}`);
}

/** Fails unless a read found something. */
export function found(read: RemoteRead, what: string): FoundRead {
  if (read.status === "found") return read;
  assert.fail(`${what}: it is '${read.status}' instead of 'found'`);
}

/** All bytes of a body. */
export async function bodyOf(read: RemoteRead, what: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of found(read, what).body) {
    assert.ok(piece instanceof Uint8Array, `${what}: a body is made of Uint8Array`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Fails unless the promise rejects with a LarderError, of this code if one is given. */
export async function expectLarderError(
  promise: Promise<unknown>,
  code: RemoteErrorCode | "invalid-remote-path" | "invalid-range" | undefined,
  what: string,
): Promise<void> {
  const error = await rejection(promise, what);
  assert.ok(LarderError.isInstance(error), `${what}: it rejects with ${String(error)} instead of a LarderError`);
  if (code !== undefined) assert.equal(error.code, code, `${what}: the code of the error`);
}

/** What a promise rejects with. Fails if it does not. */
export async function rejection(promise: Promise<unknown>, what: string): Promise<unknown> {
  let outcome: unknown;
  try {
    outcome = await promise;
  } catch (error) {
    return error;
  }
  assert.fail(`${what}: it resolves to ${JSON.stringify(outcome)} instead of rejecting`);
}
