import { readdirSync } from "node:fs";
import { join } from "node:path";
import { contentDigest } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readBlobRow } from "../src/blob-rows.js";
import { findIndexDamage } from "../src/index-guard.js";
import { openStore } from "../src/open-store.js";
import { readBytes, sampleBlob, sampleBytes } from "./sample-blob.js";
import { cacheDirectory } from "./temporary-directory.js";

const seed = 20_261_121;
const limit = 1000;

/** What a user does: sets and deletes few keys, with few contents, so that files are shared, in either folder. */
type Action =
  | { readonly set: string; readonly content: number; readonly codec: string }
  | { readonly delete: string }
  | { readonly together: readonly Action[] }
  | "clear"
  | "reopen";

const key = fc.constantFrom("a", "b", "c", "d", "long ".repeat(500));
const codec = fc.constantFrom("larder.bytes.1", "larder.parquet.1");
// Contents 0 and 1 are kept within the index, the others in files.
const content = fc.constantFrom(0, 1, 2, 3, 4);
const change = fc.oneof(
  { weight: 3, arbitrary: fc.record({ set: key, content, codec }) },
  { weight: 1, arbitrary: fc.record({ delete: key }) },
);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 20, arbitrary: change },
  { weight: 6, arbitrary: fc.record({ together: fc.array(change, { minLength: 2, maxLength: 6 }) }) },
  { weight: 1, arbitrary: fc.constant("clear" as const) },
  { weight: 1, arbitrary: fc.constant("reopen" as const) },
);

const contents = [10, 900, 1001, 70_000, 140_000].map((size, i) => sampleBytes(size, i));

test("whatever is set, overwritten and deleted, entries, counts and files agree", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 25 }), async (actions) => {
      const directory = cacheDirectory();
      let backend = new LmdbBackend({ directory, inlineLimitBytes: limit });
      const model = new Map<string, { content: number; codec: string }>();
      const run = async (one: Action): Promise<void> => {
        if (one === "clear") {
          model.clear();
          await backend.clear();
        } else if (one === "reopen") {
          await backend.close();
          backend = new LmdbBackend({ directory, inlineLimitBytes: limit });
        } else if ("together" in one) {
          await Promise.all(one.together.filter(onceEach()).map(run));
        } else if ("delete" in one) {
          const was = model.delete(one.delete);
          expect(await backend.deleteBlob(one.delete)).toBe(was);
        } else {
          model.set(one.set, one);
          await backend.setBlob(one.set, await sampleBlob(contents[one.content]!, { codec: one.codec }));
        }
      };
      for (const one of actions) await run(one);
      await expectAgreement(backend, model);
      await backend.close();
      expect(await findIndexDamage(join(directory, "index.lmdb"), true)).toBeUndefined();
    }),
    { seed, numRuns: 25 },
  );
});

/** At one moment each key is changed once: the order of others does not show. */
function onceEach(): (one: Action) => boolean {
  const seen = new Set<string>();
  return (one) => {
    const of = typeof one === "object" && "set" in one ? one.set : (one as { delete: string }).delete;
    return !seen.has(of) && seen.add(of) !== undefined;
  };
}

async function expectAgreement(
  backend: LmdbBackend,
  model: ReadonlyMap<string, { content: number; codec: string }>,
): Promise<void> {
  const files = new Map<string, { count: number; path: string; digest: string; folder: "blobs" | "tables" }>();
  for (const [name, { content, codec }] of model) {
    expect(await readBytes(backend, name)).toEqual(contents[content]);
    if (contents[content]!.byteLength <= limit) continue;
    const folder = codec.startsWith("larder.parquet") ? "tables" : "blobs";
    const digest = contentDigest(contents[content]!);
    const path = join(
      folder,
      digest.slice(0, 2),
      digest.slice(2, 4),
      folder === "tables" ? `${digest}.parquet` : digest,
    );
    files.set(path, { count: (files.get(path)?.count ?? 0) + 1, path, digest, folder });
  }
  const there = ["blobs", "tables"].flatMap((folder) =>
    readdirSync(join(backend.directory, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(backend.directory.length + 1)),
  );
  expect(there.sort()).toEqual([...files.keys()].sort());
  const store = await openStore(backend.directory, () => {});
  for (const { folder, digest, count } of files.values()) {
    expect(readBlobRow(store.environment.blobs, { folder, digest }, store.xxhash)?.count).toBe(count);
  }
  await store.leave();
  expect(readdirSync(join(backend.directory, "tmp")).filter((name) => !name.endsWith(".running"))).toEqual([]);
  const { problems, entries, files: sound } = await backend.check();
  expect({ problems, entries, sound }).toEqual({ problems: [], entries: model.size, sound: files.size });
}
