import { LarderError, loadXxhash } from "@larder/core";

/**
 * Split-block Bloom filters as Parquet keeps them: blocks of 256 bits, each of eight words of which a value sets one bit.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/BloomFilter.md
 */
const salts = Int32Array.of(
  0x47b6137b,
  0x44974d91,
  0x8824ad5b,
  0xa2b7289d,
  0x705495c7,
  0x2df1424b,
  0x9efc4947,
  0x5c6bfb31,
);

const blockBytes = 32;
/** What other writers and readers hold to be the most. */
const mostBytes = 2 ** 27;

/** The hash of one value: XXH64 with seed 0 of its PLAIN bytes, without the length in front of bytes. */
export type BloomHash = (plainValue: Uint8Array) => bigint;

/** Loads the hash; the same function every time. */
export async function loadBloomHash(): Promise<BloomHash> {
  const { hash64 } = await loadXxhash();
  return hash64;
}

/**
 * Whether a value may be among those of a filter. `false` is certain.
 *
 * @param bitset the filter without its header: any number of whole blocks of 32 bytes
 * @param hash of the value, by {@link loadBloomHash}
 */
export function bloomMayContain(bitset: Uint8Array, hash: bigint): boolean {
  const blocks = Math.floor(bitset.byteLength / blockBytes);
  if (blocks === 0) return true;
  const start = blockOf(Number(hash >> 32n), blocks) * blockBytes;
  const low = Number(hash & 0xffff_ffffn) | 0;
  for (let word = 0; word < 8; word++) {
    const bit = Math.imul(low, salts[word]!) >>> 27;
    if ((bitset[start + word * 4 + (bit >>> 3)]! & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

/**
 * The filter over values with these hashes, sized for as many as are distinct: header and bitset, as they go into the file.
 *
 * @param hashes one for each value or distinct value; sorted in place
 * @param falsePositiveRate how often, of values that are not there, one may be said to be: above 0, below 1
 * @throws LarderError `invalid-option` for any other rate
 */
export function bloomFilterOf(hashes: BigUint64Array, falsePositiveRate: number): Uint8Array {
  const bitset = new Uint8Array(bitsetBytes(countDistinct(hashes), falsePositiveRate));
  const blocks = bitset.byteLength / blockBytes;
  const halves = new Uint32Array(hashes.buffer, hashes.byteOffset, hashes.length * 2);
  for (let i = 0; i < halves.length; i += 2) {
    const low = halves[i]! | 0;
    const start = blockOf(halves[i + 1]!, blocks) * blockBytes;
    for (let word = 0; word < 8; word++) {
      const bit = Math.imul(low, salts[word]!) >>> 27;
      bitset[start + word * 4 + (bit >>> 3)]! |= 1 << (bit & 7);
    }
  }
  const header = headerOf(bitset.byteLength);
  const filter = new Uint8Array(header.byteLength + bitset.byteLength);
  filter.set(header);
  filter.set(bitset, header.byteLength);
  return filter;
}

/** Bytes of the bitset for so many values: a power of two, as Arrow's readers want it. */
export function bitsetBytes(distinct: number, falsePositiveRate: number): number {
  if (!(falsePositiveRate > 0 && falsePositiveRate < 1)) {
    throw new LarderError(
      `The false positive rate of a Bloom filter must lie between 0 and 1, not ${falsePositiveRate}.`,
      { code: "invalid-option", facts: { falsePositiveRate } },
    );
  }
  let bytes = blockBytes;
  while (bytes < mostBytes && expectedRate(distinct, bytes / blockBytes) > falsePositiveRate) bytes *= 2;
  return bytes;
}

/**
 * How often a filter errs: in a block of k values each word denies a value that is not there with probability (31/32)^k, and
 * values fall into blocks by chance. The formula of the specification leaves the chance out, and errs half as often again as it
 * says at 0.01.
 *
 * Source: https://doi.org/10.1145/1498698.1594230 (Putze, Sanders, Singler: Cache-, hash- and space-efficient bloom filters, §3)
 */
function expectedRate(distinct: number, blocks: number): number {
  const mean = distinct / blocks;
  if (mean > 256) return 1;
  let rate = 0;
  let chance = Math.exp(-mean);
  const most = mean + 12 * Math.sqrt(mean) + 20;
  for (let k = 1; k <= most; k++) {
    chance *= mean / k;
    rate += chance * (1 - (31 / 32) ** k) ** 8;
  }
  return rate;
}

function blockOf(high: number, blocks: number): number {
  // Up to 2²¹ blocks the product is exact as a number.
  if (blocks <= 2 ** 21) return Math.floor((high * blocks) / 2 ** 32);
  return Number((BigInt(high) * BigInt(blocks)) >> 32n);
}

function countDistinct(hashes: BigUint64Array): number {
  hashes.sort();
  let count = 0;
  for (let i = 0; i < hashes.length; i++) if (i === 0 || hashes[i] !== hashes[i - 1]) count++;
  return count;
}

/**
 * BloomFilterHeader in Thrift's compact protocol: the size, then three unions that have one member each (split blocks,
 * XXH64, not compressed).
 *
 * Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (BloomFilterHeader)
 */
function headerOf(byteLength: number): Uint8Array {
  const onlyMember = [0x1c, 0x1c, 0x00, 0x00];
  const size: number[] = [];
  let zigzag = byteLength * 2;
  for (; zigzag > 0x7f; zigzag = Math.floor(zigzag / 128)) size.push((zigzag & 0x7f) | 0x80);
  size.push(zigzag);
  return Uint8Array.of(0x15, ...size, ...onlyMember, ...onlyMember, ...onlyMember, 0x00);
}
