import { damagedParquet } from "./parquet-errors.js";

/**
 * Walks a Thrift struct in the compact protocol and refuses one that states more than its bytes can hold. A parser that
 * trusts a length reserves memory for it, and a process without memory ends without an error.
 *
 * Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 *
 * @returns where the struct ends
 */
export function checkThrift(bytes: Uint8Array, offset: number): number {
  return skipStruct(bytes, offset, 0);
}

/** Deeper than any structure of Parquet. */
const mostDepth = 32;

function skipStruct(bytes: Uint8Array, offset: number, depth: number): number {
  if (depth > mostDepth) throw damagedParquet("its metadata is nested too deeply");
  let at = offset;
  for (;;) {
    const header = byteAt(bytes, at++);
    if (header === 0) return at;
    // A field number that does not follow the last one closely comes on its own.
    if (header >>> 4 === 0) at = varintEnd(bytes, at);
    at = skipValue(bytes, at, header & 0x0f, depth, false);
  }
}

function skipValue(bytes: Uint8Array, at: number, type: number, depth: number, inList: boolean): number {
  switch (type) {
    case 1: // true
    case 2: // false
      return inList ? within(bytes, at + 1) : at;
    case 3: // byte
      return within(bytes, at + 1);
    case 4: // i16
    case 5: // i32
    case 6: // i64
      return varintEnd(bytes, at);
    case 7: // double
      return within(bytes, at + 8);
    case 8: {
      // binary
      const [length, start] = varint(bytes, at);
      return within(bytes, start + length);
    }
    case 9: // list
      return skipList(bytes, at, depth);
    case 12: // struct
      return skipStruct(bytes, at, depth + 1);
    default:
      throw damagedParquet("its metadata has a value of no known type");
  }
}

function skipList(bytes: Uint8Array, offset: number, depth: number): number {
  const header = byteAt(bytes, offset);
  let [count, at] = [header >>> 4, offset + 1];
  if (count === 15) [count, at] = varint(bytes, at);
  // Every element takes a byte at least.
  within(bytes, at + count);
  for (let i = 0; i < count; i++) at = skipValue(bytes, at, header & 0x0f, depth + 1, true);
  return at;
}

function varint(bytes: Uint8Array, offset: number): [value: number, end: number] {
  let value = 0;
  let at = offset;
  for (let shift = 0; shift <= 28; shift += 7) {
    const byte = byteAt(bytes, at++);
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
  throw damagedParquet("its metadata states an impossible length");
}

function varintEnd(bytes: Uint8Array, offset: number): number {
  let at = offset;
  while (byteAt(bytes, at++) >= 0x80)
    if (at - offset >= 10) throw damagedParquet("its metadata has a number without an end");
  return at;
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw damagedParquet("its metadata ends too early");
  return byte;
}

function within(bytes: Uint8Array, end: number): number {
  if (end > bytes.byteLength) throw damagedParquet("its metadata states more than it holds");
  return end;
}
