import type { BlobInView, KeyRange } from "@larder/core";
import type { StructureStore } from "./structure-store.js";

/** Blobs read in one transaction, so that walking over many never holds up those who write. */
const blobsAtOnce = 64;
const keysAtOnce = 5000;

/** A key and its blob, `undefined` when damaged. */
export interface KeyedBlob {
  readonly key: string;
  readonly blob: BlobInView | undefined;
}

/** The blobs in a range, each page of them read as one step. Those set or deleted meanwhile may or may not be among them. */
export async function* blobsIn(store: StructureStore, range: KeyRange): AsyncGenerator<KeyedBlob> {
  for await (const page of pages(store, range, blobsAtOnce, true)) yield* page;
}

/** The keys in a range, alike. */
export async function* keysIn(store: StructureStore, range: KeyRange): AsyncGenerator<string> {
  for await (const page of pages(store, range, blobsAtOnce, false)) for (const { key } of page) yield key;
}

/** How many keys there are in a range. */
export async function countKeys(store: StructureStore, range: KeyRange): Promise<number> {
  let count = 0;
  for await (const page of pages(store, range, keysAtOnce, false)) count += page.length;
  return count;
}

async function* pages(
  store: StructureStore,
  { limit = Infinity, ...range }: KeyRange,
  size: number,
  withBlobs: boolean,
): AsyncGenerator<KeyedBlob[]> {
  let rest: KeyRange = range;
  let left = limit;
  while (left > 0) {
    const most = Math.min(size, left);
    const page = await store.transact((view) =>
      [...view.keys({ ...rest, limit: most })].map((key) => ({ key, blob: withBlobs ? view.get(key) : undefined })),
    );
    yield page;
    if (page.length < most) return;
    left -= page.length;
    const { key } = page.at(-1)!;
    rest = range.reverse === true ? { ...range, before: key } : { ...range, from: keyAfter(key) };
  }
}

/** The first key after this one in the order of UTF-8 bytes. */
export function keyAfter(key: string): string {
  return `${key}\0`;
}
