import { type Blake3Stream, blake3, toHex } from "./blake3.js";

/** A part longer than this is replaced by its digest in the part around it. */
const collapseBytes = 1024;
/** A part that has grown past this is hashed as far as it goes, so that memory does not grow with the value. */
const flushBytes = 256 * 1024;
/** Content longer than this is hashed where it lies instead of being copied. */
const directBytes = 16 * 1024;
const initialBytes = 64 * 1024;

const tagCollapsed = 0x23; // "#"
const tagUtf8 = 0x73; // "s"
const tagUtf16 = 0x53; // "S"

/** Kept from one digest to the next: allocating it anew would cost more than digesting a small value. */
let spare: Buffer | undefined;

interface Part {
  start: number;
  stream: Blake3Stream | undefined;
}

/**
 * The bytes that stand for a value, made of nested parts. A part that is longer than 1 KiB stands in the part around
 * it as its BLAKE3 digest: what is written depends on content alone, and a part met again can be written without being
 * walked again.
 */
export class TaggedBytes {
  #buffer: Buffer = spare ?? Buffer.allocUnsafeSlow(initialBytes);
  #position = 0;
  readonly #parts: Part[] = [];

  constructor() {
    spare = undefined;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#position++] = value;
  }

  /** A count or length, as a 64-bit number so that nothing overflows. */
  count(value: number): void {
    this.#reserve(8);
    this.#position = this.#buffer.writeDoubleLE(value, this.#position);
  }

  tagAndCount(tag: number, value: number): void {
    this.#reserve(9);
    this.#buffer[this.#position] = tag;
    this.#position = this.#buffer.writeDoubleLE(value, this.#position + 1);
  }

  /** A tagged number by its IEEE bits; every NaN is the same one. */
  tagAndNumber(tag: number, value: number): void {
    this.tagAndCount(tag, Number.isNaN(value) ? Number.NaN : value);
  }

  /** A string with its length; strings that UTF-8 cannot carry (lone surrogates) are written in UTF-16. */
  string(value: string): void {
    const length = value.length;
    if (length > directBytes) {
      this.#longString(value);
      return;
    }
    this.#reserve(5 + length * 3);
    const buffer = this.#buffer;
    const start = this.#position + 5;
    let ascii = length <= 48;
    if (ascii) {
      for (let index = 0; index < length; index++) {
        const unit = value.charCodeAt(index);
        if (unit > 0x7f) {
          ascii = false;
          break;
        }
        buffer[start + index] = unit;
      }
    }
    let bytes = length;
    let tag = tagUtf8;
    if (!ascii) {
      if (value.isWellFormed()) {
        bytes = buffer.write(value, start, "utf8");
      } else {
        tag = tagUtf16;
        bytes = buffer.write(value, start, "utf16le");
      }
    }
    buffer[start - 5] = tag;
    buffer.writeUInt32LE(bytes, start - 4);
    this.#position = start + bytes;
  }

  /** Content whose length was written before. */
  bytes(content: Uint8Array): void {
    if (content.byteLength > directBytes && this.#parts.length > 0) {
      this.#flush(this.#parts[this.#parts.length - 1]!).update(content);
      return;
    }
    this.#reserve(content.byteLength);
    this.#buffer.set(content, this.#position);
    this.#position += content.byteLength;
  }

  begin(): void {
    this.#parts.push({ start: this.#position, stream: undefined });
  }

  /** Ends the innermost part. Returns its 32 bytes when it was long enough to be replaced by them. */
  end(): Uint8Array | undefined {
    const part = this.#parts.pop()!;
    let collapsed: Uint8Array | undefined;
    if (part.stream !== undefined) {
      part.stream.update(this.#buffer.subarray(part.start, this.#position));
      collapsed = Buffer.from(part.stream.digest(), "hex");
    } else if (this.#position - part.start > collapseBytes) {
      collapsed = blake3.hash(this.#buffer.subarray(part.start, this.#position));
    }
    if (collapsed !== undefined) {
      this.#position = part.start;
      this.collapsed(collapsed);
    }
    const outer = this.#parts[this.#parts.length - 1];
    if (outer !== undefined && this.#position - outer.start > flushBytes) this.#flush(outer);
    return collapsed;
  }

  /** A part that was met before, as {@link end} returned it. */
  collapsed(digest: Uint8Array): void {
    this.byte(tagCollapsed);
    this.bytes(digest);
  }

  /** 64 hexadecimal digits of everything written. */
  digest(): string {
    return toHex(blake3.hash(this.#buffer.subarray(0, this.#position)));
  }

  /** Hands the memory on to the next digest. */
  release(): void {
    if (this.#buffer.byteLength <= 4 * flushBytes) spare = this.#buffer;
  }

  #longString(value: string): void {
    const wellFormed = value.isWellFormed();
    const bytes = Buffer.from(value, wellFormed ? "utf8" : "utf16le");
    this.#reserve(5);
    this.#buffer[this.#position] = wellFormed ? tagUtf8 : tagUtf16;
    this.#position = this.#buffer.writeUInt32LE(bytes.byteLength, this.#position + 1);
    this.bytes(bytes);
  }

  #flush(part: Part): Blake3Stream {
    part.stream ??= blake3.create();
    part.stream.update(this.#buffer.subarray(part.start, this.#position));
    this.#position = part.start;
    return part.stream;
  }

  #reserve(bytes: number): void {
    if (this.#position + bytes <= this.#buffer.byteLength) return;
    const part = this.#parts[this.#parts.length - 1];
    if (part !== undefined && this.#position - part.start > flushBytes) this.#flush(part);
    if (this.#position + bytes <= this.#buffer.byteLength) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.#buffer.byteLength, this.#position + bytes));
    this.#buffer.copy(grown, 0, 0, this.#position);
    this.#buffer = grown;
  }
}
