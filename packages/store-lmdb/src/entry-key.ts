import { contentDigest } from "@larder/core";

/** Keys up to this many bytes stand in the index as they are; LMDB takes 1,978. */
export const plainKeyBytes = 1900;

/** Every key starts with it, because LMDB takes no empty keys. */
const keyTag = 1;

/**
 * The bytes of a key: UTF-8, with lone surrogates in their three-byte form (WTF-8), so that every JavaScript string has
 * bytes of its own and byte order is code point order. Source: https://wtf-8.codeberg.page
 */
export function keyBytes(key: string): Buffer {
  return key.isWellFormed() ? Buffer.from(key, "utf8") : encodeSurrogates(key);
}

/** The string of {@link keyBytes}. */
export function keyText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString("utf8");
  return text.includes("\ufffd") ? decodeSurrogates(buffer) : text;
}

/**
 * The place of a key in the index: the key itself behind a tag byte, or for long keys their beginning and the BLAKE3 of
 * the whole. Injective, and in the order of the keys except among long keys that begin alike.
 */
export function indexKey(key: Uint8Array): Buffer {
  if (key.byteLength <= plainKeyBytes) {
    const plain = Buffer.allocUnsafe(key.byteLength + 1);
    plain[0] = keyTag;
    plain.set(key, 1);
    return plain;
  }
  const hashed = Buffer.allocUnsafe(1 + plainKeyBytes + 32);
  hashed[0] = keyTag;
  hashed.set(key.subarray(0, plainKeyBytes), 1);
  hashed.write(contentDigest(key), 1 + plainKeyBytes, "hex");
  return hashed;
}

/** A key for looking it up, in memory that the next look-up overwrites. */
export interface LookUpKey {
  readonly place: Uint8Array;
  readonly name: Uint8Array;
}

let scratch = Buffer.alloc(0);

/** Views of `scratch` by the length of their key, made once: to make two each time costs as much as to write the key. */
const views: (LookUpKey | undefined)[] = new Array(1 + plainKeyBytes);

/** `indexKey` and `keyBytes` of a key for looking it up. */
export function lookUpKey(key: string): LookUpKey {
  // A UTF-16 unit takes at most three bytes.
  if (key.length * 3 > plainKeyBytes) return lookUpAnyKey(key);
  if (scratch.byteLength === 0) scratch = Buffer.alloc(1 + plainKeyBytes, keyTag);
  // Quicker than a call of `Buffer.write` for the short ASCII keys that most are.
  if (key.length > shortKeyUnits) return lookUpWrittenKey(key);
  for (let at = 0; at < key.length; at++) {
    const unit = key.charCodeAt(at);
    if (unit > 0x7f) return lookUpWrittenKey(key);
    scratch[1 + at] = unit;
  }
  return viewOf(key.length);
}

const shortKeyUnits = 64;

function lookUpWrittenKey(key: string): LookUpKey {
  return key.isWellFormed() ? viewOf(scratch.write(key, 1, "utf8")) : lookUpAnyKey(key);
}

function lookUpAnyKey(key: string): LookUpKey {
  const name = keyBytes(key);
  return { place: indexKey(name), name };
}

function viewOf(byteLength: number): LookUpKey {
  const before = views[byteLength];
  if (before !== undefined) return before;
  const { buffer, byteOffset } = scratch;
  const made = {
    place: new Uint8Array(buffer, byteOffset, 1 + byteLength),
    name: new Uint8Array(buffer, byteOffset + 1, byteLength),
  };
  views[byteLength] = made;
  return made;
}

/** The key at a place in the index, or `undefined` for a long key, which only its row tells. */
export function plainKeyOf(place: Uint8Array): Uint8Array | undefined {
  return isHashedPlace(place) ? undefined : place.subarray(1);
}

/** Whether the place is that of a long key. */
export function isHashedPlace(place: Uint8Array): boolean {
  return place.byteLength > plainKeyBytes + 1;
}

/** What long keys that begin alike have in common in the index. */
export function sharedBeginning(place: Uint8Array): Uint8Array {
  return place.subarray(0, plainKeyBytes + 1);
}

/** Where keys that begin with `prefix` start in the index. */
export function firstPlace(prefix: Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.of(keyTag), prefix.subarray(0, plainKeyBytes)]);
}

function encodeSurrogates(text: string): Buffer {
  const parts: Buffer[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const lone = code >= 0xd800 && code <= 0xdfff;
    parts.push(
      lone ? Buffer.of(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)) : Buffer.from(character),
    );
  }
  return Buffer.concat(parts);
}

function decodeSurrogates(bytes: Buffer): string {
  let text = "";
  let start = 0;
  for (let at = 0; at + 2 < bytes.length; at++) {
    if (bytes[at] !== 0xed || bytes[at + 1]! < 0xa0) continue;
    text += bytes.toString("utf8", start, at);
    text += String.fromCharCode(0xd000 | ((bytes[at + 1]! & 63) << 6) | (bytes[at + 2]! & 63));
    start = at + 3;
    at += 2;
  }
  return text + bytes.toString("utf8", start);
}

/** A key as it stands in reports. */
export function shownKey(bytes: Uint8Array): string {
  const text = keyText(bytes);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
