import { LarderError } from "../errors.js";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads what `ByteWriter` wrote, never past the end. */
export class ByteReader {
  readonly #bytes: Buffer;
  #position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = position;
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#bytes.byteLength - this.#position;
  }

  byte(): number {
    this.#need(1);
    return this.#bytes[this.#position++]!;
  }

  count(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 0x80;
      if (scale > 2 ** 49) this.malformed("a count is too large");
    }
    if (!Number.isSafeInteger(value)) this.malformed("a count is too large");
    return value;
  }

  /** A count of things of which each takes at least `bytesEach` of the bytes that are left. */
  countOf(bytesEach: number): number {
    const count = this.count();
    if (count * bytesEach > this.remaining) this.malformed("a count is larger than what is left");
    return count;
  }

  float64(): number {
    this.#need(8);
    const value = this.#bytes.readDoubleLE(this.#position);
    this.#position += 8;
    return value;
  }

  string(): string {
    const lengthAndForm = this.count();
    const length = Math.floor(lengthAndForm / 2);
    this.#need(length);
    const start = this.#position;
    this.#position += length;
    if (lengthAndForm % 2 === 1) {
      if (length % 2 === 1) this.malformed("a UTF-16 string has half a unit");
      return this.#bytes.toString("utf16le", start, this.#position);
    }
    if (length <= 32) {
      const short = this.#shortAscii(start, length);
      if (short !== undefined) return short;
    }
    try {
      return utf8.decode(this.#bytes.subarray(start, this.#position));
    } catch (cause) {
      return this.malformed("a string is not UTF-8", cause);
    }
  }

  /** A copy of the next bytes, in memory of its own. */
  copy(length: number): Uint8Array<ArrayBuffer> {
    this.#need(length);
    const start = this.#position;
    this.#position += length;
    return new Uint8Array(this.#bytes.subarray(start, this.#position));
  }

  malformed(reason: string, cause?: unknown): never {
    throw malformedValue(reason, this.#position, cause);
  }

  #shortAscii(start: number, length: number): string | undefined {
    for (let at = start; at < start + length; at++) {
      if (this.#bytes[at]! > 0x7f) return undefined;
    }
    return this.#bytes.toString("latin1", start, start + length);
  }

  #need(bytes: number): void {
    if (bytes > this.remaining) this.malformed("it ends too early");
  }
}

/** The error for bytes that are no structured value. */
export function malformedValue(reason: string, offset: number, cause?: unknown): LarderError {
  return new LarderError(
    `These bytes are not a structured value: ${reason} (at byte ${offset}). They were damaged or written by something else; compute the value again.`,
    { code: "malformed-structured-value", facts: { reason, offset }, cause },
  );
}
