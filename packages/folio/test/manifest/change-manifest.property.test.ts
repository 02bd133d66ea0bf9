import fc from "fast-check";
import { expect, it } from "vitest";
import { changeManifest } from "../../src/manifest/change-manifest.js";
import type { Manifest, ManifestItem } from "../../src/manifest/manifest.js";
import { readManifest } from "../../src/manifest/read-manifest.js";
import { RemoteError } from "../../src/remote/remote-error.js";
import { memoryStorage } from "../memory-storage.js";

const clock = { now: () => 0, monotonic: () => 0 };

/** What one writer does, in order: adds of items of its own, and deletions of them. */
const anyWork = fc.array(fc.record({ name: fc.integer({ min: 0, max: 3 }), remove: fc.boolean() }), {
  minLength: 1,
  maxLength: 6,
});

function put(name: string, item: ManifestItem | undefined): (manifest: Manifest) => Manifest | undefined {
  return (manifest) => {
    if (manifest.items.get(name)?.file === item?.file) return undefined;
    const items = new Map(manifest.items);
    if (item === undefined) items.delete(name);
    else items.set(name, item);
    return { ...manifest, items };
  };
}

it("writers whose requests are answered in any order, some answers lost, lose nothing of each other's", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(anyWork, { minLength: 2, maxLength: 4 }),
      fc.infiniteStream(fc.nat({ max: 9 })),
      async (scheduler, writers, chance) => {
        const storage = memoryStorage();
        // Each request is carried out, and each answer given, when the scheduler says so.
        storage.before = ({ method }) => scheduler.schedule(Promise.resolve(), method);
        storage.after = async ({ method }) => {
          await scheduler.schedule(Promise.resolve(), `${method} answered`);
          if (method !== "write" || chance.next().value !== 0) return;
          // The answer is lost, the storage tries again, and conflicts with its own write.
          throw new RemoteError("conflict", { code: "remote-conflict", facts: {} });
        };
        const expected = new Map<string, string>();
        const work = writers.map(async (steps, writer) => {
          for (const [step, { name, remove }] of steps.entries()) {
            const own = `${writer}-${name}`;
            const item: ManifestItem | undefined = remove ? undefined : { kind: "file", file: `${own}-${step}` };
            const options = { clock, sleep: async () => {}, random: () => 0, tries: 1000 };
            const { manifest } = await changeManifest(storage, put(own, item), options);
            // The manifest returned has the change.
            expect(manifest.items.get(own)?.file).toBe(item?.file);
            if (item === undefined) expected.delete(own);
            else expected.set(own, item.file!);
          }
        });
        await scheduler.waitFor(Promise.all(work));
        storage.before = storage.after = undefined;
        const read = await readManifest(storage);
        const found = read === undefined || read === "unchanged" ? [] : read.manifest.items;
        const files = new Map(Array.from(found, ([name, { file }]) => [name, file]));
        expect(files).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});
