import { contentDigest, loadXxhash, type Xxhash } from "@larder/core";
import type { FolioStore } from "../cached/folio-store.js";
import { type ByteExtent, cut } from "./byte-extents.js";
import type { RangePin } from "./fetch-range.js";

/** Ranges of one version of an object that the store keeps. They may be evicted at any time. */
export interface KeptRanges {
  /** Which version they are of; `undefined`: nothing is kept. */
  readonly pin: RangePin | undefined;
  /** What is kept, as far as is known. */
  extents(): readonly ByteExtent[];
  /** The bytes of one of them, verified; `undefined` when they are no more, or damaged: it is forgotten then. */
  read(extent: ByteExtent): Promise<Uint8Array | undefined>;
  /** Keeps bytes of a version. Of another version than the pin's, it takes the place of all that is kept. */
  keep(pin: RangePin, start: number, bytes: Uint8Array): Promise<void>;
  /** Forgets all of them. */
  drop(): Promise<void>;
}

/** Under what they are kept. */
export interface KeptRangesOptions {
  readonly store: FolioStore;
  /** Of the bundle, with which they go. */
  readonly url: string;
  /** A content id, or what stands for a version where there is no checksum. */
  readonly content: string;
  /** Address and path of the object: its versions are opaque, and those of two objects can't be compared. */
  readonly place: string;
  /** Larger ranges are kept in pieces, in bytes. */
  readonly mostBytes: number;
  /** Verifies what is kept once more, by what the bundle says of it. */
  readonly isRight?: ((start: number, bytes: Uint8Array) => Promise<boolean>) | undefined;
}

interface Extent extends ByteExtent {
  /** xxHash of the bytes, 16 digits: guards against accidents. */
  readonly hash: string;
}

/**
 * What the store keeps of an object. The list of ranges is a part of its own, `<content>/<place>/ranges`, which names the
 * version; each range is one under that version, so that bytes of two versions never have the same key.
 */
export async function keptRanges(options: KeptRangesOptions): Promise<KeptRanges> {
  const { store, url, content, place, mostBytes, isRight } = options;
  const xxhash = await loadXxhash();
  const prefix = `${content}/${contentDigest(Buffer.from(place)).slice(0, 16)}`;
  const listKey = `${prefix}/ranges`;
  let { pin, extents } = await loadList(store, listKey);
  let writing: Promise<void> = Promise.resolve();

  const partKey = ({ version, byteLength }: RangePin, { start, end }: ByteExtent): string =>
    `${prefix}/${contentDigest(Buffer.from(`${byteLength}/${version}`)).slice(0, 16)}/${start}-${end}`;

  /** One after the other within the process. What another process has added meanwhile is kept. */
  const writeList = (): Promise<void> => {
    const write = async (): Promise<void> => {
      const there = await loadList(store, listKey);
      if (pin === undefined) return;
      if (there.pin?.version === pin.version && there.pin.byteLength === pin.byteLength) {
        extents = joined(extents, there.extents);
      }
      const list = { ...pin, extents: extents.map(({ start, end, hash }) => [start, end, hash]) };
      await store.putPart(listKey, new TextEncoder().encode(JSON.stringify(list)), { content, url });
    };
    writing = writing.catch(() => {}).then(write);
    return writing;
  };

  return {
    get pin() {
      return pin;
    },
    extents: () => extents,
    async read(extent) {
      if (pin === undefined) return undefined;
      const { hash } = extents.find(({ start, end }) => start === extent.start && end === extent.end) ?? {};
      const bytes = hash === undefined ? undefined : await store.part(partKey(pin, extent));
      const isWhole = bytes?.byteLength === extent.end - extent.start && hashOf(xxhash, bytes) === hash;
      if (isWhole && (isRight === undefined || (await isRight(extent.start, bytes)))) return bytes;
      extents = extents.filter(({ start, end }) => start !== extent.start || end !== extent.end);
      return undefined;
    },
    async keep(of, start, bytes) {
      if (pin !== undefined && (pin.version !== of.version || pin.byteLength !== of.byteLength)) {
        await store.dropParts(content);
        extents = [];
      }
      pin = of;
      const added: Extent[] = [];
      for (const piece of cut({ start, end: start + bytes.byteLength }, mostBytes)) {
        const part = bytes.subarray(piece.start - start, piece.end - start);
        await store.putPart(partKey(of, piece), part, { content, url });
        added.push({ ...piece, hash: hashOf(xxhash, part) });
      }
      extents = joined(extents, added);
      await writeList();
    },
    async drop() {
      pin = undefined;
      extents = [];
      await writing.catch(() => {});
      await store.dropParts(content);
    },
  };
}

function hashOf(xxhash: Xxhash, bytes: Uint8Array): string {
  return xxhash.hash64(bytes).toString(16).padStart(16, "0");
}

function joined(one: readonly Extent[], other: readonly Extent[]): readonly Extent[] {
  const all = new Map([...one, ...other].map((extent) => [`${extent.start}-${extent.end}`, extent]));
  return [...all.values()];
}

async function loadList(
  store: FolioStore,
  key: string,
): Promise<{ readonly pin: RangePin | undefined; readonly extents: readonly Extent[] }> {
  const nothing = { pin: undefined, extents: [] };
  const bytes = await store.part(key);
  if (bytes === undefined) return nothing;
  try {
    const { version, byteLength, extents } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    if (typeof version !== "string" || !Number.isSafeInteger(byteLength) || !Array.isArray(extents)) return nothing;
    const pin = { version, byteLength: byteLength as number };
    return { pin, extents: extents.flatMap((entry) => extentOf(entry, pin.byteLength)) };
  } catch {
    return nothing; // damage is a miss
  }
}

function extentOf(entry: unknown, byteLength: number): Extent[] {
  if (!Array.isArray(entry)) return [];
  const [start, end, hash] = entry as unknown[];
  const isExtent = Number.isSafeInteger(start) && Number.isSafeInteger(end) && typeof hash === "string";
  if (!isExtent || (start as number) < 0 || (end as number) <= (start as number)) return [];
  return (end as number) > byteLength ? [] : [{ start: start as number, end: end as number, hash: hash as string }];
}
