import type { ValueCodec } from "@larder/core";

/** One item of a map as its list tells of it. */
export interface ListedItem {
  /** 64 hexadecimal digits; the key of its result is made of it. */
  readonly itemDigest: string;
  readonly valueDigest: string;
  /** What it took to make, in seconds. */
  readonly costSeconds: number;
  /** The value's bytes in the structured encoding, where they are small enough to stand here too. */
  readonly inline: Uint8Array | undefined;
}

const digestBytes = 32;
/** Count, four bytes of zeros, time, base. */
const headBytes = 4 + 4 + 8 + digestBytes;
/** Two digests, seconds, length. */
const bytesPerItem = 2 * digestBytes + 4 + 4;

/**
 * What is stored of a map under its key K: of each item its digest, that of its value, and small values themselves.
 *
 * Bytes, little-endian: the number of items as 32 bits, 32 bits of zeros; the time of the oldest result in milliseconds
 * since 1970 as a 64-bit float; what the keys have in common, 32 bytes. Then one array after the other: digests of items,
 * digests of values (32 bytes each), seconds as 32-bit floats, lengths of what stands here too as 32 bits, one more than
 * they are, 0 for none. Then those bytes, one after the other.
 */
export class ItemList {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly #view: DataView;
  #starts: Uint32Array | undefined;
  #hex: { readonly items: string; readonly values: string } | undefined;

  /** @throws RangeError when the bytes contradict themselves */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.byteLength < headBytes) throw new RangeError("The list of items has no head.");
    this.count = this.#view.getUint32(0, true);
    const fixed = headBytes + this.count * bytesPerItem;
    if (this.#view.getUint32(4, true) !== 0 || fixed > bytes.byteLength) {
      throw new RangeError("The list of items is cut short.");
    }
    let end = fixed;
    for (let index = 0; index < this.count; index++) end += Math.max(0, this.#length(index));
    if (end !== bytes.byteLength) throw new RangeError("The list of items has another length than it says.");
  }

  /** When the oldest of the results was stored, in milliseconds since 1970. */
  get oldest(): number {
    return this.#view.getFloat64(8, true);
  }

  /** What the keys of the items have in common. */
  get base(): string {
    return hexOf(this.bytes, 16, headBytes);
  }

  /** The digests of all values, 32 bytes each. */
  get valueDigests(): Uint8Array {
    const start = headBytes + this.count * digestBytes;
    return this.bytes.subarray(start, start + this.count * digestBytes);
  }

  itemDigest(index: number): string {
    return this.#digits().items.slice(index * 64, index * 64 + 64);
  }

  valueDigest(index: number): string {
    return this.#digits().values.slice(index * 64, index * 64 + 64);
  }

  /** In seconds, as a 32-bit float. */
  cost(index: number): number {
    return this.#view.getFloat32(headBytes + this.count * 2 * digestBytes + index * 4, true);
  }

  /** The bytes of a value that stands here too. They are not to be changed. */
  inline(index: number): Uint8Array | undefined {
    const length = this.#length(index);
    if (length < 0) return undefined;
    const start = this.#startsOfInline()[index]!;
    return this.bytes.subarray(start, start + length);
  }

  #length(index: number): number {
    return this.#view.getUint32(headBytes + this.count * (2 * digestBytes + 4) + index * 4, true) - 1;
  }

  #startsOfInline(): Uint32Array {
    if (this.#starts === undefined) {
      this.#starts = new Uint32Array(this.count);
      let start = headBytes + this.count * bytesPerItem;
      for (let index = 0; index < this.count; index++) {
        this.#starts[index] = start;
        start += Math.max(0, this.#length(index));
      }
    }
    return this.#starts;
  }

  // All at once: a call for each digest would cost more than everything else about it.
  #digits() {
    const middle = headBytes + this.count * digestBytes;
    this.#hex ??= {
      items: hexOf(this.bytes, headBytes, middle),
      values: hexOf(this.bytes, middle, middle + this.count * digestBytes),
    };
    return this.#hex;
  }
}

/** Writes a list. `oldest` is in milliseconds since 1970. */
export function makeItemList(base: string, items: readonly ListedItem[], oldest: number): ItemList {
  const count = items.length;
  let length = headBytes + count * bytesPerItem;
  for (const { inline } of items) length += inline?.byteLength ?? 0;
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32LE(count, 0);
  bytes.writeDoubleLE(oldest, 8);
  bytes.write(base, 16, "hex");
  const values = headBytes + count * digestBytes;
  const costs = values + count * digestBytes;
  const lengths = costs + count * 4;
  let end = lengths + count * 4;
  for (let index = 0; index < count; index++) {
    const { itemDigest, valueDigest, costSeconds, inline } = items[index]!;
    bytes.write(itemDigest, headBytes + index * digestBytes, "hex");
    bytes.write(valueDigest, values + index * digestBytes, "hex");
    bytes.writeFloatLE(costSeconds, costs + index * 4);
    if (inline === undefined) continue;
    bytes.writeUInt32LE(inline.byteLength + 1, lengths + index * 4);
    bytes.set(inline, end);
    end += inline.byteLength;
  }
  return new ItemList(bytes);
}

function hexOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("hex");
}

/** Stores an {@link ItemList} as its bytes; its record tells the number of items, and how old the oldest result is. */
export const itemListCodec: ValueCodec<ItemList> = {
  name: "larder.item-list.1",
  accepts: (value) => value instanceof ItemList,
  encode: (list) => ({ bytes: list.bytes, details: { items: list.count, oldest: list.oldest } }),
  async decode(source) {
    return new ItemList(await source.slice(0));
  },
};
