/** Takes the operands of a pickle's opcodes, one after the other. @throws RangeError when the pickle is cut short */
export interface PickleBytes {
  take(length: number): Uint8Array;
  uint8(): number;
  /** An unsigned little-endian integer. */
  integer(bytes: number): bigint;
  /** A signed little-endian integer of any length. */
  signed(bytes: number): bigint;
  /** An unsigned little-endian integer that counts bytes or places. */
  length(bytes: number): number;
  /** A double, big-endian. */
  double(): number;
  /** As many bytes of UTF-8. */
  text(length: number): string;
  /** Up to the end of the line, each byte a character. */
  line(): string;
  /** A line of text in Python's raw-unicode-escape. */
  escapedLine(): string;
  /** A line with a quoted string of Python 2, without escapes. */
  quotedLine(): string;
}

/** A pickle's bytes, from the first on. */
export function pickleBytes(bytes: Uint8Array): PickleBytes {
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new RangeError("The pickle is cut short.");
    at += length;
    return bytes.subarray(at - length, at);
  };
  const integer = (length: number): bigint => take(length).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const line = (): string => {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) throw new RangeError("The pickle is cut short.");
    const found = Buffer.from(take(end - at)).toString("latin1");
    take(1);
    return found;
  };
  return {
    take,
    uint8: () => take(1)[0]!,
    integer,
    signed: (length) => BigInt.asIntN(length * 8, integer(length)),
    length: (length) => Number(integer(length)),
    double: () => Buffer.from(take(8)).readDoubleBE(),
    text: (length) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(take(length)),
    line,
    escapedLine: () => {
      return line().replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short?: string, long?: string) => {
        return String.fromCodePoint(Number.parseInt(short ?? long ?? "", 16));
      });
    },
    quotedLine() {
      const found = /^(['"])([^\\]*)\1$/.exec(line());
      if (!found) throw new SyntaxError("The pickle has a string with escapes, which is not read.");
      return found[2]!;
    },
  };
}
