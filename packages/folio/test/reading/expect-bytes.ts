import { expect } from "vitest";

/** That a value is exactly these bytes. Compared at once: what compares them one by one takes a minute for 3 MB. */
export function expectBytes(actual: unknown, expected: Uint8Array): void {
  expect(actual).toBeInstanceOf(Uint8Array);
  const bytes = actual as Uint8Array;
  expect(bytes.byteLength).toBe(expected.byteLength);
  const difference = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).equals(expected)
    ? -1
    : bytes.findIndex((byte, i) => byte !== expected[i]);
  expect(difference, "first byte that differs").toBe(-1);
}
