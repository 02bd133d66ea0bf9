const initialBytes = 64 * 1024;

/** Strings up to this length have a length of one byte. */
const shortString = 32;

/** Kept from one value to the next: allocating it anew would cost more than writing a small value. */
let spare: Buffer | undefined;

/** Bytes that grow as they are written; numbers are little-endian. */
export class ByteWriter {
  #buffer: Buffer;
  #position = 0;

  constructor() {
    this.#buffer = spare ?? Buffer.allocUnsafeSlow(initialBytes);
    spare = undefined;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#position++] = value;
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte, lowest first (LEB128). */
  count(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[this.#position++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#position++] = rest;
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#position = this.#buffer.writeDoubleLE(value, this.#position);
  }

  /** A string, whatever it holds: twice its bytes in UTF-8, or twice its bytes in UTF-16 plus one where UTF-8 can't carry it. */
  string(value: string): void {
    if (value.length <= shortString && this.#shortAscii(value)) return;
    const wellFormed = value.isWellFormed();
    const length = wellFormed ? Buffer.byteLength(value, "utf8") : value.length * 2;
    this.count(length * 2 + (wellFormed ? 0 : 1));
    this.#reserve(length);
    this.#buffer.write(value, this.#position, wellFormed ? "utf8" : "utf16le");
    this.#position += length;
  }

  bytes(content: Uint8Array): void {
    this.#reserve(content.byteLength);
    this.#buffer.set(content, this.#position);
    this.#position += content.byteLength;
  }

  /** What was written, in memory of its own. Ends the writer. */
  finish(): Uint8Array {
    const written = new Uint8Array(this.#buffer.buffer, this.#buffer.byteOffset, this.#position);
    if (this.#buffer.byteLength > initialBytes)
      return written.byteLength < written.buffer.byteLength / 2 ? written.slice() : written;
    const bytes = written.slice();
    spare = this.#buffer;
    return bytes;
  }

  /** Writes a short string if it is ASCII: a loop is faster than the native call. */
  #shortAscii(value: string): boolean {
    const length = value.length;
    this.#reserve(length + 1);
    const buffer = this.#buffer;
    const start = this.#position + 1;
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index);
      if (unit > 0x7f) return false;
      buffer[start + index] = unit;
    }
    buffer[start - 1] = length * 2;
    this.#position = start + length;
    return true;
  }

  #reserve(bytes: number): void {
    const needed = this.#position + bytes;
    if (needed <= this.#buffer.byteLength) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.#buffer.byteLength, needed));
    this.#buffer.copy(grown, 0, 0, this.#position);
    this.#buffer = grown;
  }
}
