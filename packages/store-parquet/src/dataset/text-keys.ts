import { loadXxhash } from "@larder/core";

/** The key of a text id: a signed number of 64 bits. Two texts may have one key. */
export type TextKey = (text: string) => bigint;

/** No byte of UTF-8: it tells texts that are not well-formed from all others. */
const notUtf8 = 0xff;

/**
 * The key that datasets use: xxh64 of the UTF-8 bytes; of a text that UTF-8 can't hold, of a byte 0xFF and its UTF-16 bytes, so
 * that lone surrogates stay different.
 */
export async function loadTextKey(): Promise<TextKey> {
  const xxhash = await loadXxhash();
  const encoder = new TextEncoder();
  let scratch = new Uint8Array(1024);
  return (text) => {
    const most = text.length * 3 + 1;
    if (scratch.length < most) scratch = new Uint8Array(most * 2);
    const length = text.isWellFormed() ? encoder.encodeInto(text, scratch).written : writeCodeUnits(text, scratch);
    return BigInt.asIntN(64, xxhash.hash64(scratch.subarray(0, length)));
  };
}

/** The keys of texts, in their order. */
export function keysOfTexts(texts: readonly string[], textKey: TextKey): BigInt64Array {
  const keys = new BigInt64Array(texts.length);
  for (let i = 0; i < texts.length; i++) keys[i] = textKey(texts[i]!);
  return keys;
}

function writeCodeUnits(text: string, bytes: Uint8Array): number {
  bytes[0] = notUtf8;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[1 + i * 2] = unit & 0xff;
    bytes[2 + i * 2] = unit >>> 8;
  }
  return 1 + text.length * 2;
}
