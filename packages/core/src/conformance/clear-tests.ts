import assert from "node:assert/strict";
import { expectBytes } from "./expectations.js";
import type { Ground } from "./ground.js";
import { sampleBytes } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";

/** The last tests, on a backend that holds nothing but what this run has written. */
export const clearTests: readonly TestDefinition[] = [
  {
    name: "clear() forgets every blob and every signature",
    clears: true,
    async run({ backend, put, key, nodeName }) {
      const names = ["a", "b", "large", "z", "ü", "🦔"];
      for (const name of names) {
        await put(name, sampleBytes(name === "large" ? 200_000 : 10));
        await backend.setMeta(signatureOf(nodeName(name)));
      }
      await put("empty", sampleBytes(0));
      await backend.clear();
      for (const name of [...names, "empty"]) {
        assert.equal(await backend.getBlob(key(name)), undefined, `the blob '${name}' is still there after clear()`);
        assert.equal(await backend.getMeta(nodeName(name)), undefined, `the signature of '${name}' is still there`);
      }
      if (backend.supports?.entryIndex === true) {
        for await (const left of (backend as ReturnType<Ground["index"]>).keys())
          assert.fail(`clear() left the key ${left}`);
      }
    },
  },
  {
    name: "after clear(), and after clearing what is empty, blobs are stored as before",
    clears: true,
    async run({ backend, put, read, key }) {
      for (const size of [10, 200_000]) {
        await put("again", sampleBytes(size));
        await backend.clear();
        await backend.clear();
        await put("again", sampleBytes(size));
        expectBytes((await read(key("again"))).bytes, sampleBytes(size), "a blob stored again after clear()");
      }
    },
  },
  {
    name: "a blob opened before clear() can still be read",
    clears: true,
    async run({ backend, put, open, key }) {
      for (const size of [100, 300_000]) {
        await put("held", sampleBytes(size));
        const stored = await open(key("held"));
        await backend.clear();
        expectBytes(await stored.source.slice(20, 60), sampleBytes(size).subarray(20, 60), "a part, after clear()");
        expectBytes(await stored.source.slice(0), sampleBytes(size), "a blob opened before clear()");
        await stored.close?.();
      }
    },
  },
];

/**
 * Why `clear()` must not be called here, or `undefined` when it may. A backend may be cleared when the caller says so, or
 * when its index, which is seen to list a key just written, lists keys of this run only.
 */
export async function whyNotClear(ground: Ground): Promise<string | undefined> {
  const { options, runPrefix } = ground;
  if (options.mayClear === true) return undefined;
  if (options.mayClear === false) return "the option mayClear is false";
  if (ground.backend.supports?.entryIndex !== true) {
    return "the backend can't list its keys, so that it may hold more than this run has written; pass mayClear: true for one that may be emptied";
  }
  const marker = ground.key("marker");
  await ground.put("marker", sampleBytes(1));
  let markerSeen = false;
  for await (const key of ground.index().keys()) {
    if (!key.startsWith(runPrefix))
      return "the backend holds keys that this run has not written; test it on a storage of its own";
    markerSeen ||= key === marker;
  }
  return markerSeen ? undefined : "the index does not list a key that was just written, so that it can't be relied on";
}

function signatureOf(nodeName: string) {
  return { nodeName, codeHash: "c", envHash: "e", inputsHash: "i", depsHash: "d", timestamp: 1_700_000_000_000 };
}
