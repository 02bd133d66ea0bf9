/** Numbers short texts in the order they first appear, comparing bytes: no string is made for a text already known. */
export interface ByteDictionary {
  /** The number of the text in `bytes[start … end)`, in UTF-8; a new text gets the next number. */
  indexOf(bytes: Uint8Array, start: number, end: number): number;
  /** The texts by number. */
  names(): string[];
}

/** An empty dictionary. */
export function createByteDictionary(): ByteDictionary {
  const texts: Uint8Array[] = [];
  // Open addressing; a slot holds the number of a text plus one, 0 is free.
  let slots = new Int32Array(1024);
  const hashes: number[] = [];

  function grow(): void {
    slots = new Int32Array(slots.length * 2);
    for (let index = 0; index < hashes.length; index++) {
      let slot = hashes[index]! & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = index + 1;
    }
  }

  function indexOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    hash = (hash ^ (hash >>> 15)) >>> 0;
    let slot = hash & (slots.length - 1);
    for (;;) {
      const found = slots[slot]! - 1;
      if (found < 0) break;
      if (hashes[found] === hash && sameBytes(texts[found]!, bytes, start, end)) return found;
      slot = (slot + 1) & (slots.length - 1);
    }
    const index = texts.length;
    texts.push(bytes.slice(start, end));
    hashes.push(hash);
    slots[slot] = index + 1;
    if (texts.length * 2 > slots.length) grow();
    return index;
  }

  return {
    indexOf,
    names() {
      const decoder = new TextDecoder();
      return texts.map((text) => decoder.decode(text));
    },
  };
}

function sameBytes(text: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = 0; at < text.length; at++) if (text[at] !== bytes[start + at]) return false;
  return true;
}
