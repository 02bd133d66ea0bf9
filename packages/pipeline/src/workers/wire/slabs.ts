const viewKinds = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const;

/** Bytes of a block, unless one view is larger. */
const blockBytes = 2 ** 29;
/** Where each copy begins, in bytes: as Arrow has it. */
const alignment = 64;

/** Copies of views, many to a block of memory. */
export interface Slabs {
  /** Notes a view to be copied. Of the same view, wherever it is met again, there is one copy. */
  add(view: NodeJS.TypedArray): number;
  /** Copies all; the copies, each of the kind of its view, by the number that `add` gave. */
  finish(): { readonly views: readonly NodeJS.TypedArray[]; readonly blocks: readonly ArrayBufferLike[] };
}

/**
 * Notes first and copies then, so that memory is asked for once.
 *
 * @param memory - `shared`: several threads may read it; `own`: one thread may hand it to another
 */
export function createSlabs(memory: "shared" | "own"): Slabs {
  const places: { readonly block: number; readonly byteOffset: number; readonly source: NodeJS.TypedArray }[] = [];
  const sizes: number[] = [];
  const known = new Map<ArrayBufferLike, Map<string, number>>();
  return {
    add(view) {
      let ofBuffer = known.get(view.buffer);
      if (ofBuffer === undefined) {
        ofBuffer = new Map();
        known.set(view.buffer, ofBuffer);
      }
      const key = `${kindOf(view)} ${view.byteOffset} ${view.byteLength}`;
      let number = ofBuffer.get(key);
      if (number === undefined) {
        const last = sizes.length - 1;
        const fits = last >= 0 && sizes[last]! + view.byteLength <= blockBytes;
        const block = fits ? last : sizes.push(0) - 1;
        const byteOffset = sizes[block]!;
        sizes[block] = byteOffset + Math.ceil(view.byteLength / alignment) * alignment;
        number = places.push({ block, byteOffset, source: view }) - 1;
        ofBuffer.set(key, number);
      }
      return number;
    },
    finish() {
      const blocks = sizes.map((size) => (memory === "shared" ? new SharedArrayBuffer(size) : new ArrayBuffer(size)));
      const views = places.map(({ block, byteOffset, source }) => {
        const buffer = blocks[block]!;
        const bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
        new Uint8Array(buffer, byteOffset, source.byteLength).set(bytes);
        return new viewKinds[kindOf(source)](buffer as ArrayBuffer, byteOffset, source.length);
      });
      return { views, blocks };
    },
  };
}

function kindOf(view: NodeJS.TypedArray): keyof typeof viewKinds {
  const kind = view[Symbol.toStringTag] as string;
  if (Object.hasOwn(viewKinds, kind)) return kind as keyof typeof viewKinds;
  throw new TypeError(`A ${kind} is no view that can be copied.`);
}
