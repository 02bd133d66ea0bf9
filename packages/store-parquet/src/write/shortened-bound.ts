/** Bounds longer than this are cut short, so that one long value does not swell the footer. */
const mostBytes = 64;

/** Beyond this many bytes a bound that can't be cut short is given up. */
const mostWholeBytes = 4096;

/** A lower bound of a value of bytes or text: itself where it is short, else its beginning. */
export function shortenedMin(value: Uint8Array, isText: boolean): { bytes: Uint8Array; exact: boolean } {
  if (value.byteLength <= mostBytes) return { bytes: value.slice(), exact: true };
  return { bytes: value.slice(0, isText ? characterStart(value, mostBytes) : mostBytes), exact: false };
}

/**
 * An upper bound of a value of bytes or text: itself where it is short, else its beginning with the last byte or character
 * that has a next one replaced by that. `undefined` where nothing short enough is an upper bound.
 */
export function shortenedMax(value: Uint8Array, isText: boolean): { bytes: Uint8Array; exact: boolean } | undefined {
  if (value.byteLength <= mostBytes) return { bytes: value.slice(), exact: true };
  const bytes = (isText ? nextText(value) : undefined) ?? nextBytes(value);
  if (bytes) return { bytes, exact: false };
  return value.byteLength <= mostWholeBytes ? { bytes: value.slice(), exact: true } : undefined;
}

/** The start of the character that byte `at` belongs to. */
function characterStart(value: Uint8Array, at: number): number {
  let start = at;
  // No character has more than three bytes that continue it; more are no UTF-8, to be cut anywhere.
  while (start > at - 4 && ((value[start] ?? 0) & 0xc0) === 0x80) start--;
  return start > at - 4 ? start : at;
}

function nextBytes(value: Uint8Array): Uint8Array | undefined {
  let end = mostBytes;
  while (end > 0 && value[end - 1] === 0xff) end--;
  if (end === 0) return undefined;
  const next = value.slice(0, end);
  next[end - 1]! += 1;
  return next;
}

/** As {@link nextBytes}, of valid UTF-8 again; `undefined` where the beginning is no UTF-8. */
function nextText(value: Uint8Array): Uint8Array | undefined {
  let text: string;
  try {
    text = utf8.decode(value.subarray(0, characterStart(value, mostBytes)));
  } catch {
    return undefined;
  }
  const points = Array.from(text, (character) => character.codePointAt(0)!);
  while (points.length > 0) {
    const last = points.pop()!;
    if (last === 0x10ffff) continue;
    // The order of UTF-8 bytes is that of code points; surrogates are none.
    points.push(last === 0xd7ff ? 0xe000 : last + 1);
    return new Uint8Array(Buffer.from(String.fromCodePoint(...points), "utf8"));
  }
  return undefined;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
