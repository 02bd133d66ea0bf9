import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type OpenedRemote, remoteConformanceTests, testRemoteStorage } from "../../src/conformance/index.js";
import { openRemote, type RemoteStorage } from "../../src/index.js";
import { brokenStorages } from "./broken-storages.js";

async function opened(wrong: (right: Required<RemoteStorage>) => Partial<RemoteStorage>): Promise<OpenedRemote> {
  const folder = await mkdtemp(join(tmpdir(), "larder-broken-"));
  const real = (await openRemote(folder)) as Required<RemoteStorage>;
  const iterators: AsyncIterator<Uint8Array>[] = [];
  const right: Required<RemoteStorage> = {
    ...real,
    async read(path, options) {
      const read = await real.read(path, options);
      if (read.status === "found") iterators.push(read.body[Symbol.asyncIterator]());
      return read;
    },
  };
  return {
    storage: { ...right, ...wrong(right) },
    second: await openRemote(folder),
    put: async (path, bytes) => void (await right.write(path, { bytes })),
    remove: async (path) => void (await right.delete(path)),
    async close() {
      // A test that fails leaves bodies behind that it did not read.
      for (const iterator of iterators) await iterator.return?.();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe("the conformance suite of remotes", () => {
  test.each(brokenStorages)("finds a storage that $fault", async ({ wrong, foundBy }) => {
    const found = remoteConformanceTests(() => opened(wrong)).find(({ name }) => name === foundBy);
    expect(found, `a test named '${foundBy}'`).toBeDefined();
    await expect(found!.run()).rejects.toThrow();
    // The same test passes where nothing is wrong.
    const right = remoteConformanceTests(() => opened(() => ({}))).find(({ name }) => name === foundBy);
    await right!.run();
  });

  test("finds something with each of its tests", () => {
    const names = remoteConformanceTests(() => opened(() => ({}))).map(({ name }) => name);
    const without = names.filter((name) => !brokenStorages.some(({ foundBy }) => foundBy === name));
    // Nothing but the others can tell that concurrent writes to one object are whole: they would be torn.
    expect(without).toEqual(["what is written at a time to one object is one of the writes, whole"]);
  });

  test("finds a storage that does not say what it is known to be able to", async () => {
    const tests = remoteConformanceTests(
      () => opened(({ abilities }) => ({ abilities: { ...abilities, ranges: false } })),
      {
        abilities: { ranges: true },
      },
    );
    await expect(tests.find(({ name }) => name.includes("its abilities"))!.run()).rejects.toThrow(/abilities.ranges/);
  });

  test("skips what does not apply, with the reason, where the runner can skip", async () => {
    const bodies: ((...context: unknown[]) => Promise<void>)[] = [];
    const groups: string[] = [];
    const runner = {
      describe: (name: string, body: () => void) => {
        groups.push(name);
        body();
      },
      test: (_: string, body: (...context: unknown[]) => Promise<void>) => void bodies.push(body),
    };
    const reading = ({ url, abilities, head, read }: RemoteStorage): RemoteStorage => ({
      url,
      abilities: { ...abilities, write: false, list: false, conditionalWrites: false },
      head,
      read,
    });
    testRemoteStorage(
      "mine",
      async () => {
        const { storage, second: _, ...rest } = await opened(() => ({}));
        return { ...rest, storage: reading(storage) };
      },
      { runner },
    );
    const reasons = new Set<string>();
    for (const body of bodies) await body({ skip: (reason: string) => reasons.add(reason) });
    expect(groups).toEqual(["mine"]);
    expect(reasons).toEqual(
      new Set([
        "its abilities say no 'write'",
        "its abilities say no 'conditionalWrites'",
        "its abilities say no 'list'",
      ]),
    );
  });

  test("asks for a way to store objects behind a storage that can't write", async () => {
    const tests = remoteConformanceTests(async () => {
      const { put: _, ...rest } = await opened(() => ({ write: undefined as never }));
      return rest;
    });
    await expect(tests[0]!.run()).rejects.toThrow(/needs 'put'/);
  });
});
