import { LmdbBackend } from "@larder/store-lmdb";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openStore } from "../../src/open-store.js";
import { deleteTagged } from "../../src/tags/delete-tagged.js";
import { sampleBlob, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";

const seed = 20_261_127;

interface Query {
  readonly allTags?: readonly string[];
  readonly anyTags?: readonly string[];
}

type Action =
  | { readonly set: string; readonly tags: readonly string[] | undefined; readonly large: boolean }
  | { readonly retag: string; readonly tags: readonly string[] }
  | { readonly delete: string }
  | { readonly deleteTagged: Query; readonly step: number }
  | "cull"
  | "clear"
  | "reopen";

const long = "tag ".repeat(700);
const tag = fc.constantFrom("a", "b", "c", "", "é", "\ud800", "\ufffd", `${long}2`, `${long}1`);
const key = fc.constantFrom("k", "l", "m", "n", `${"key ".repeat(700)}2`, `${"key ".repeat(700)}1`);
const tags = fc.array(tag, { maxLength: 4 });
const query: fc.Arbitrary<Query> = fc.oneof(
  fc.record({ allTags: fc.array(tag, { minLength: 1, maxLength: 3 }) }),
  fc.record({ anyTags: fc.array(tag, { minLength: 1, maxLength: 3 }) }),
  fc.record({ allTags: fc.array(tag, { minLength: 1, maxLength: 2 }), anyTags: fc.array(tag, { maxLength: 2 }) }),
);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ set: key, tags: fc.option(tags, { nil: undefined }), large: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ retag: key, tags }) },
  { weight: 4, arbitrary: fc.record({ delete: key }) },
  { weight: 3, arbitrary: fc.record({ deleteTagged: query, step: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.constant("cull" as const) },
  { weight: 1, arbitrary: fc.constant("clear" as const) },
  { weight: 1, arbitrary: fc.constant("reopen" as const) },
);

type Model = Map<string, readonly string[]>;

const small = sampleBytes(10, 1);
const large = sampleBytes(70_000, 2);

test("tags find, count and delete what a map of keys and tags says, whatever is stored, overwritten, deleted and evicted", async () => {
  console.log(`seed ${seed}`);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(action, query), { minLength: 5, maxLength: 30 }), async (steps) => {
      const directory = cacheDirectory();
      let backend = new LmdbBackend({ directory });
      await backend.getBlob("k"); // makes the directory
      const model: Model = new Map();
      for (const [one, asked] of steps) {
        if (one === "reopen") {
          await backend.close();
          backend = new LmdbBackend({ directory });
        } else await run(backend, model, one);
        expect(await listed(backend.taggedKeys(asked))).toEqual(matching(model, asked));
        expect(await listed(backend.tags())).toEqual(usesOf(model));
      }
      await expectNoRowsLeft(backend, model);
      await backend.close();
    }),
    { seed, numRuns: 30 },
  );
}, 60_000);

async function run(backend: LmdbBackend, model: Model, action: Exclude<Action, "reopen">): Promise<void> {
  if (action === "cull") {
    const { sizeBytes } = await backend.volume();
    const gone = await backend.cull(Math.floor(sizeBytes / 2));
    const left = new Set(await listed(backend.keys()));
    expect(left.size).toBe(model.size - gone);
    for (const key of [...model.keys()]) if (!left.has(key)) model.delete(key);
  } else if (action === "clear") {
    model.clear();
    await backend.clear();
  } else if ("set" in action) {
    model.set(action.set, action.tags ?? []);
    const record = action.tags === undefined ? {} : { tags: action.tags };
    await backend.setBlob(action.set, await sampleBlob(action.large ? large : small, record));
  } else if ("retag" in action) {
    const { retag: name, tags } = action;
    const found = await backend.transaction((view) => {
      const record = view.record(name);
      return record !== undefined && view.setRecord(name, { ...record, tags });
    });
    expect(found).toBe(model.has(name));
    if (found) model.set(name, tags);
  } else if ("delete" in action) {
    expect(await backend.deleteBlob(action.delete)).toBe(model.delete(action.delete));
  } else {
    const keys = matching(model, action.deleteTagged);
    const store = await openStore(backend.directory, () => {});
    expect(await deleteTagged(store, action.deleteTagged, action.step)).toBe(keys.length);
    await store.leave();
    for (const key of keys) model.delete(key);
  }
}

function matching(model: Model, { allTags = [], anyTags }: Query): string[] {
  return [...model]
    .filter(([, tags]) => allTags.every((tag) => tags.includes(tag)))
    .filter(([, tags]) => anyTags === undefined || anyTags.some((tag) => tags.includes(tag)))
    .map(([key]) => key)
    .sort();
}

function usesOf(model: Model): { tag: string; blobs: number }[] {
  const counts = new Map<string, number>();
  for (const tags of model.values()) for (const tag of new Set(tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  // None of the tags above is ordered otherwise by its UTF-16 units.
  return [...counts].map(([tag, blobs]) => ({ tag, blobs })).sort((one, other) => (one.tag < other.tag ? -1 : 1));
}

/** Nothing is kept of tags that are not in use. */
async function expectNoRowsLeft(backend: LmdbBackend, model: Model): Promise<void> {
  const store = await openStore(backend.directory, () => {});
  store.environment.refresh();
  const { tagged, tagNames } = store.environment;
  const uses = usesOf(model);
  expect(tagNames.keysIn({ limit: 100 })).toHaveLength(uses.length);
  expect(tagged.keysIn({ limit: 1_000 })).toHaveLength(uses.reduce((sum, { blobs }) => sum + blobs, 0));
  await store.leave();
}

async function listed<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
