import type { TagQuery, TagUse } from "@larder/core";
import { keyText } from "../entry-key.js";
import { keySorter } from "../list-keys.js";
import type { OpenStore } from "../open-store.js";
import { knownEntryAt } from "../store-operations.js";
import { checkTagIndex } from "./has-tag-index.js";
import { drivingTags, matches, prepareQuery } from "./tag-query.js";
import { placesOfTag, tagId, tagNames } from "./tag-rows.js";

/** Rows read at a time; in between others have their turn. */
const pageRows = 500;

/** The tags in use and how many blobs have each, in order by bytes. */
export async function* listTags(store: OpenStore): AsyncGenerator<TagUse> {
  checkTagIndex(store, "Listing tags");
  const sorter = keySorter();
  const uses = async function* (keys: readonly Uint8Array[]): AsyncGenerator<TagUse> {
    for (const key of keys) {
      const tag = keyText(key);
      const blobs = await countTagged(store, tag);
      if (blobs > 0) yield { tag, blobs };
    }
  };
  for (const placed of tagNames(store, () => store.environment.refresh())) yield* uses(sorter.add(placed));
  yield* uses(sorter.rest());
}

/** The keys of the blobs that a query means, in order by bytes. @throws LarderError `empty-tag-query` when it names no tag */
export async function* listTagged(store: OpenStore, query: TagQuery): AsyncGenerator<string> {
  checkTagIndex(store, "Finding entries by tag");
  const prepared = prepareQuery(query);
  store.environment.refresh();
  const sorter = keySorter();
  for await (const place of placesOfTags(store, drivingTags(store, prepared))) {
    const { name: key, record } = knownEntryAt(store, place) ?? {};
    if (key === undefined || record === undefined || !matches(prepared, record)) continue;
    for (const ready of sorter.add({ place, key })) yield keyText(ready);
  }
  for (const ready of sorter.rest()) yield keyText(ready);
}

async function countTagged(store: OpenStore, tag: string): Promise<number> {
  let count = 0;
  for await (const _ of placesOfTags(store, [tag])) count++;
  return count;
}

interface Line {
  readonly id: Uint8Array;
  /** Places that were read and not taken yet. */
  places: Uint8Array[];
  /** Where to read on; `undefined`: that was all. */
  next: Uint8Array | undefined;
}

/** The places of the entries that may have one of some tags, each once, ascending. */
async function* placesOfTags(store: OpenStore, tags: readonly string[]): AsyncGenerator<Uint8Array> {
  const lines: Line[] = tags.map((tag) => ({ id: tagId(tag, store.xxhash), places: [], next: Buffer.of(0) }));
  for (;;) {
    for (const line of lines) if (line.places.length === 0 && line.next !== undefined) await refill(store, line);
    let least: Uint8Array | undefined;
    for (const { places } of lines) {
      if (places.length > 0 && (least === undefined || Buffer.compare(places.at(-1)!, least) < 0))
        least = places.at(-1)!;
    }
    if (least === undefined) return;
    for (const { places } of lines) if (places.length > 0 && Buffer.compare(places.at(-1)!, least) === 0) places.pop();
    yield least;
  }
}

async function refill(store: OpenStore, line: Line): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  store.environment.refresh();
  const places = placesOfTag(store.environment.tagged, line.id, line.next, pageRows);
  line.next = places.length < pageRows ? undefined : Buffer.concat([places.at(-1)!, Buffer.of(0)]);
  line.places = places.reverse();
}
