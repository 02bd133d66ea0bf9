/** The unit of a tar file, in bytes. */
export const blockBytes = 512;

/** Sizes from here on don't fit into eleven octal digits. */
const octalLimit = 8 ** 11;

/**
 * The header of a regular file in a tar archive, by the format `ustar` of POSIX 1003.1-1988
 * (https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html, "ustar Interchange Format"). Mode, owner and time are
 * always the same, so that the same content gives the same archive. Sizes of 8 GiB and more are in base 256, as GNU tar and
 * all others write them.
 *
 * @param name - at most 100 bytes of ASCII
 */
export function tarHeader(name: string, sizeBytes: number): Uint8Array {
  if (!/^[\x21-\x7e]{1,100}$/.test(name)) throw new RangeError(`A member can't have the name ${JSON.stringify(name)}.`);
  const header = Buffer.alloc(blockBytes);
  header.write(name, 0, "latin1");
  header.write("0000600\0", 100, "latin1");
  header.write("0000000\0", 108, "latin1");
  header.write("0000000\0", 116, "latin1");
  if (sizeBytes < octalLimit) header.write(`${octal(sizeBytes, 11)}\0`, 124, "latin1");
  else {
    header[124] = 0x80;
    header.writeBigUInt64BE(BigInt(sizeBytes), 128);
  }
  header.write("00000000000\0", 136, "latin1");
  header.write("0", 156, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  header.write("0000000\0", 329, "latin1");
  header.write("0000000\0", 337, "latin1");
  header.write(`${octal(headerSum(header), 6)}\0 `, 148, "latin1");
  return header;
}

/** The sum that a header states of itself: of all its bytes, those of the sum taken as blanks. */
export function headerSum(header: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < blockBytes; i++) sum += i >= 148 && i < 156 ? 0x20 : header[i]!;
  return sum;
}

/** Zero bytes after content of a size, up to the next block. */
export function paddingOf(sizeBytes: number): number {
  return (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
}

/** Zero bytes at the end of an archive. */
export const endBytes = 2 * blockBytes;

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
