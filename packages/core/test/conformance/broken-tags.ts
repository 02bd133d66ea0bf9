import type { MemoryCache, TagQuery } from "../../src/index.js";
import { type BrokenBackend, brokenMemory, brokenPair } from "./broken-backend.js";

const listed = "the keys under a tag are listed in the order of their UTF-8 bytes, expired ones too";
const queried = "allTags wants every tag, anyTags at least one, and both given both";
const overwritten = "an overwritten blob has the tags of the new record, and none of the old";
const used = "tags() lists the tags in use, in the order of their UTF-8 bytes, with the number of their blobs";
const deleted = "deleteTagged forgets the blobs that match, pinned ones too, and says how many";
const apart = "tags that differ in case, in Unicode form or only at their end are kept apart";
const many = "many blobs under one tag are all found, and all deleted";

/** Backends that find other blobs than those of the tags. */
export const brokenTags: readonly BrokenBackend[] = [
  brokenMemory("lists the keys of a tag in the order of UTF-16", listed, (right) => ({
    taggedKeys: (query) => changed(right.taggedKeys(query), (keys) => keys.sort()),
  })),
  brokenMemory("hides expired blobs from tags", listed, (right) => ({
    async *taggedKeys(query) {
      for await (const key of right.taggedKeys(query)) {
        const { record } = (await right.getBlob(key))!;
        if ((record.expiresAt ?? Infinity) > Date.now()) yield key;
      }
    },
  })),
  brokenMemory("takes allTags for anyTags", queried, (right) => ({
    taggedKeys: ({ allTags = [], anyTags = [] }) => right.taggedKeys({ anyTags: [...allTags, ...anyTags] }),
  })),
  brokenMemory("takes anyTags for allTags", queried, (right) => ({
    taggedKeys: ({ allTags = [], anyTags = [] }) => right.taggedKeys({ allTags: [...allTags, ...anyTags] }),
  })),
  brokenMemory("takes anyTags that are given and empty for none given", queried, (right) => ({
    taggedKeys: ({ allTags, anyTags }) =>
      right.taggedKeys({
        ...(allTags !== undefined && { allTags }),
        ...(anyTags !== undefined && anyTags.length > 0 && { anyTags }),
      }),
  })),
  brokenMemory("looks at allTags alone where both are given", queried, (right) => ({
    taggedKeys: (query) => right.taggedKeys(query.allTags === undefined ? query : { allTags: query.allTags }),
  })),
  brokenMemory(
    "matches everything when no tag is named",
    "a query that names no tag is refused or matches nothing",
    (right) => ({
      taggedKeys: (query) => (tagsIn(query).length === 0 ? right.keys() : right.taggedKeys(query)),
    }),
  ),
  brokenMemory("keeps the tags of what was overwritten", overwritten, (right) => {
    const had = new Map<string, Set<string>>();
    return {
      async setBlob(key, blob) {
        const tags = had.get(key) ?? new Set();
        for (const tag of blob.record.tags ?? []) tags.add(tag);
        had.set(key, tags);
        await right.setBlob(key, { ...blob, record: { ...blob.record, tags: [...tags] } });
      },
    };
  }),
  brokenMemory("loses the tags of a blob that is stored again", overwritten, (right) => ({
    async setBlob(key, blob) {
      const isThere = (await right.getBlob(key)) !== undefined;
      const { tags: _, ...record } = blob.record;
      await right.setBlob(key, isThere ? { ...blob, record } : blob);
    },
  })),
  brokenMemory("keeps the tags of what was deleted", "a blob that was deleted is found by no tag", (right) => ({
    async deleteBlob(key) {
      const stored = await right.getBlob(key);
      if (stored === undefined) return false;
      // Hidden from readers, and still found by its tags.
      const { tags = [] } = stored.record;
      const bytes = new Uint8Array(0);
      const record = { codec: "gone", byteLength: 0, checksum: "xxh64:ef46db3751d8e999", createdAt: 0, tags };
      await right.setBlob(key, { record, bytes });
      return true;
    },
  })),
  brokenMemory("counts a tag twice that a blob names twice", used, (right) => ({
    async *tags() {
      for await (const use of right.tags()) yield { ...use, blobs: use.blobs + (use.tag.endsWith("x") ? 1 : 0) };
    },
  })),
  brokenMemory("lists tags in the order of UTF-16", used, (right) => ({
    tags: () => changed(right.tags(), (uses) => uses.sort((a, b) => (a.tag < b.tag ? -1 : 1))),
  })),
  brokenMemory("lists tags that are no longer in use", overwritten, (right) => {
    const seen = new Set<string>();
    return {
      async setBlob(key, blob) {
        for (const tag of blob.record.tags ?? []) seen.add(tag);
        await right.setBlob(key, blob);
      },
      async *tags() {
        const uses = new Map<string, number>([...seen].map((tag) => [tag, 0]));
        for await (const { tag, blobs } of right.tags()) uses.set(tag, blobs);
        for (const [tag, blobs] of [...uses].sort()) yield { tag, blobs };
      },
    };
  }),
  brokenMemory("spares what is pinned when it deletes by tag", deleted, (right) => ({
    async deleteTagged(query) {
      let count = 0;
      for await (const key of right.taggedKeys(query)) {
        if ((await right.getBlob(key))?.record.pinned !== true && (await right.deleteBlob(key))) count++;
      }
      return count;
    },
  })),
  brokenMemory("deletes by anyTags alone", deleted, (right) => ({
    deleteTagged: ({ allTags, anyTags }) =>
      right.deleteTagged(anyTags === undefined ? { allTags: allTags! } : { anyTags }),
  })),
  brokenMemory("says nothing was deleted by tag", deleted, (right) => ({
    async deleteTagged(query) {
      await right.deleteTagged(query);
      return 0;
    },
  })),
  brokenMemory("says it deleted by tag what is still there", deleted, (right) => ({
    deleteTagged: async (query) => (await collected(right.taggedKeys(query))).length,
  })),
  renaming("takes upper and lower case of tags for one", apart, (tag) => tag.toLowerCase()),
  renaming("normalises tags", apart, (tag) => tag.normalize("NFC")),
  renaming("cuts tags after 1,978 bytes", apart, (tag) => tag.slice(0, 1978)),
  brokenMemory("lists no more than 500 keys of a tag", many, (right) => ({
    taggedKeys: (query) => changed(right.taggedKeys(query), (keys) => keys.slice(0, 500)),
  })),
  brokenMemory("deletes no more than 500 blobs of a tag", many, (right) => ({
    async deleteTagged(query) {
      const keys = (await collected(right.taggedKeys(query))).slice(0, 500);
      for (const key of keys) await right.deleteBlob(key);
      return keys.length;
    },
  })),
  brokenMemory(
    "loses an open blob when it is deleted by its tag",
    "a blob opened before it was deleted by its tag can still be read",
    (right) => {
      let deletions = 0;
      return {
        async getBlob(key) {
          const stored = await right.getBlob(key);
          const opened = deletions;
          const slice = (start: number, end?: number) => {
            if (deletions > opened) throw new Error("gone");
            return stored!.source.slice(start, end);
          };
          return stored && { ...stored, source: { byteLength: stored.source.byteLength, slice } };
        },
        deleteTagged(query) {
          deletions++;
          return right.deleteTagged(query);
        },
      };
    },
  ),
  brokenPair(
    "knows the tags of what it stored itself",
    "tags of what another backend on the same storage has stored are found, and deleted by",
    () => ({ async *taggedKeys() {}, deleteTagged: async () => 0 }),
  ),
  brokenMemory("keeps the tags when it clears", "after clear() no tag is in use", (right) => {
    const left: string[] = [];
    return {
      async clear() {
        for await (const { tag } of right.tags()) left.push(tag);
        await right.clear();
      },
      async *tags() {
        yield* right.tags();
        for (const tag of left) yield { tag, blobs: 1 };
      },
    };
  }),
];

/** A backend that keeps tags under other names. */
function renaming(fault: string, foundBy: string, renamed: (tag: string) => string): BrokenBackend {
  const inQuery = ({ allTags, anyTags }: TagQuery): TagQuery => ({
    ...(allTags !== undefined && { allTags: allTags.map(renamed) }),
    ...(anyTags !== undefined && { anyTags: anyTags.map(renamed) }),
  });
  return brokenMemory(fault, foundBy, (right) => ({
    setBlob: (key, { record, ...blob }) =>
      right.setBlob(key, {
        ...blob,
        record: { ...record, ...(record.tags !== undefined && { tags: record.tags.map(renamed) }) },
      } as Parameters<MemoryCache["setBlob"]>[1]),
    taggedKeys: (query) => right.taggedKeys(inQuery(query)),
    deleteTagged: (query) => right.deleteTagged(inQuery(query)),
  }));
}

function tagsIn({ allTags = [], anyTags = [] }: TagQuery): readonly string[] {
  return [...allTags, ...anyTags];
}

async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function* changed<Item>(items: AsyncIterable<Item>, change: (all: Item[]) => Item[]): AsyncGenerator<Item> {
  yield* change(await collected(items));
}
