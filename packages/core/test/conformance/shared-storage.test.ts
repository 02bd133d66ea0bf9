import { describe, expect, test } from "vitest";
import { checkConformance } from "../../src/conformance/index.js";
import type { CacheBackend } from "../../src/index.js";
import { simpleBackend } from "./simple-backend.js";

/** A backend whose content outlives it: `instance` makes one more on the same storage. */
function persistent(storage: CacheBackend, instance: (storage: CacheBackend) => Partial<CacheBackend> = () => ({})) {
  return Object.assign(Object.create(storage), {
    supports: { entryIndex: true, persistent: true },
    ...instance(storage),
  }) as CacheBackend;
}

const capabilities = { entryIndex: true, persistent: true };

describe("a backend on storage that is shared and outlives it", () => {
  test("passes when it is opened again and when there are two", async () => {
    const storage = simpleBackend();
    const report = await checkConformance(() => persistent(storage), {
      capabilities,
      reopen: () => persistent(storage),
      second: () => persistent(storage),
    });
    expect(report.failed).toEqual([]);
    expect(report.notRun).toEqual([]);
    expect(report.passed).toContain("what was stored is there after closing and opening again");
  });

  test("fails when what it stored is gone after opening again", async () => {
    const report = await checkConformance(() => persistent(simpleBackend()), {
      capabilities,
      reopen: () => persistent(simpleBackend()),
    });
    expect(report.failed.map(({ name }) => name)).toEqual(["what was stored is there after closing and opening again"]);
  });

  test("fails when a second backend does not see what the first has written", async () => {
    const report = await checkConformance(() => persistent(simpleBackend()), {
      capabilities,
      second: () => persistent(simpleBackend()),
    });
    expect(report.failed.map(({ name }) => name)).toContain(
      "what one backend has written another on the same storage reads, at once and both ways",
    );
  });

  test("fails when a backend keeps what it read and misses what another has written since", async () => {
    const storage = simpleBackend();
    const remembering = () => {
      const seen = new Map<string, Awaited<ReturnType<CacheBackend["getBlob"]>>>();
      return persistent(storage, () => ({
        async getBlob(key) {
          if (!seen.has(key)) seen.set(key, await storage.getBlob(key));
          return seen.get(key);
        },
        async setBlob(key, blob) {
          seen.delete(key);
          await storage.setBlob(key, blob);
        },
      }));
    };
    const report = await checkConformance(remembering, { capabilities, second: remembering });
    expect(report.failed.map(({ name }) => name)).toContain(
      "what one backend has written another on the same storage reads, at once and both ways",
    );
  });

  test("fails when two backends writing at once pair the record of one with the bytes of the other", async () => {
    const storage = simpleBackend();
    const records = new Map<string, Parameters<CacheBackend["setBlob"]>[1]["record"]>();
    const split = () =>
      persistent(storage, () => ({
        async getBlob(key) {
          const stored = await storage.getBlob(key);
          return stored && { ...stored, record: records.get(key) ?? stored.record };
        },
        async setBlob(key, blob) {
          records.set(key, blob.record);
          await new Promise(setImmediate);
          await storage.setBlob(key, blob);
        },
      }));
    const report = await checkConformance(split, { capabilities, second: split });
    expect(report.failed.map(({ name }) => name)).toContain(
      "with two backends writing to one key in turns, no record meets the bytes of the other",
    );
  });

  test("fails when a blob opened by one backend is gone once another overwrites it", async () => {
    const storage = simpleBackend();
    const fleeting = () =>
      persistent(storage, () => ({
        async getBlob(key) {
          const stored = await storage.getBlob(key);
          if (stored === undefined) return undefined;
          const slice = async (start: number, end?: number) => (await storage.getBlob(key))!.source.slice(start, end);
          return { ...stored, source: { byteLength: stored.source.byteLength, slice } };
        },
      }));
    const report = await checkConformance(fleeting, { capabilities, second: fleeting });
    expect(report.failed.map(({ name }) => name)).toContain(
      "a blob opened by one backend stays readable when another overwrites it",
    );
  });
});
