import assert from "node:assert/strict";
import { LarderError } from "@larder/core";
import { bodyOf, expectBytes, found, sampleBytes } from "./expectations.js";
import type { Ground, TestDefinition } from "./test-definition.js";

const untold = "it tells no versions";

async function versionOf({ storage, path }: Ground, name: string): Promise<string | undefined> {
  return (await storage.head(path(name)))?.version;
}

/** Which of its states an object is read in. */
export const versionTests: readonly TestDefinition[] = [
  {
    name: "the version stays while an object stays, and differs once it has changed",
    async run(ground) {
      await ground.put("versioned", sampleBytes(1000, 0));
      const seen = new Set([await versionOf(ground, "versioned")]);
      if (seen.has(undefined)) return untold;
      for (let change = 1; change <= 12; change++) {
        assert.ok(seen.has(await versionOf(ground, "versioned")), "the version changed although the object had not");
        await ground.put("versioned", sampleBytes(1000, change));
        const version = await versionOf(ground, "versioned");
        assert.ok(version !== undefined && !seen.has(version), `change ${change} left the version as one before it`);
        seen.add(version);
      }
    },
  },
  {
    name: "an object that was not changed is 'unchanged', and one that was is read",
    async run(ground) {
      const { storage, path, put } = ground;
      await put("checked", sampleBytes(5000, 1));
      const version = await versionOf(ground, "checked");
      if (version === undefined) return untold;
      const unless = { unlessVersion: version };
      assert.deepEqual(await storage.read(path("checked"), unless), { status: "unchanged" });
      assert.deepEqual(await storage.read(path("checked"), { ...unless, start: 10, end: 20 }), { status: "unchanged" });
      assert.deepEqual(await storage.read(path("checked"), { ...unless, start: 9000 }), { status: "unchanged" });
      await put("checked", sampleBytes(5000, 2));
      const read = found(await storage.read(path("checked"), unless), "an object that was changed");
      assert.notEqual(read.object.version, version, "the version of an object that was changed");
      expectBytes(await bodyOf(read, "an object that was changed"), sampleBytes(5000, 2), "an object that was changed");
    },
  },
  {
    name: "a read that is for one version is 'changed' once there is another, whole or in part",
    async run(ground) {
      const { storage, path, put } = ground;
      await put("pinned", sampleBytes(5000, 1));
      const version = await versionOf(ground, "pinned");
      if (version === undefined) return untold;
      for (const range of [{}, { start: 100, end: 200 }, { start: 4000 }, { start: 50, end: 50 }]) {
        const what = `bytes ${range.start ?? 0} to ${range.end ?? "the end"} of the same version`;
        const read = found(await storage.read(path("pinned"), { ...range, ifVersion: version }), what);
        expectBytes(await bodyOf(read, what), sampleBytes(5000, 1).subarray(read.start, read.end), what);
      }
      await put("pinned", sampleBytes(5000, 2));
      for (const range of [{}, { start: 100, end: 200 }, { start: 4000 }, { start: 50, end: 50 }, { start: 9000 }]) {
        const read = await storage.read(path("pinned"), { ...range, ifVersion: version });
        assert.deepEqual(
          read,
          { status: "changed" },
          `bytes ${range.start ?? 0} to ${range.end ?? "the end"} of another version`,
        );
      }
    },
  },
  {
    name: "what was deleted is absent, whatever version was asked for",
    async run(ground) {
      const { storage, path, put, remove } = ground;
      await put("gone", sampleBytes(50));
      const version = await versionOf(ground, "gone");
      await remove("gone");
      assert.equal(await storage.head(path("gone")), undefined, "head() of what was deleted");
      assert.deepEqual(await storage.read(path("gone")), { status: "absent" }, "read() of what was deleted");
      if (version === undefined) return untold;
      const unless = await storage.read(path("gone"), { unlessVersion: version });
      assert.deepEqual(unless, { status: "absent" }, "read({ unlessVersion }) of what was deleted");
      // A service may look at the condition first.
      const { status } = await storage.read(path("gone"), { ifVersion: version });
      assert.ok(status === "absent" || status === "changed", `read({ ifVersion }) of what was deleted is '${status}'`);
    },
  },
  {
    name: "what is read while it is replaced is the old or the new, never a mixture",
    async run({ storage, path, put }) {
      const size = 700_000;
      const states = [sampleBytes(size, 1), sampleBytes(size, 2)] as const;
      await put("replaced", states[0]);
      for (let round = 0; round < 4; round++) {
        const read = found(await storage.read(path("replaced")), "an object that is replaced meanwhile");
        const pieces: Uint8Array[] = [];
        try {
          for await (const piece of read.body) {
            if (pieces.length === 0) await put("replaced", states[(round + 1) % 2]!);
            pieces.push(piece);
          }
        } catch (error) {
          // To give up is right, too.
          assert.ok(LarderError.isInstance(error), `it gives up with ${String(error)} instead of a LarderError`);
          continue;
        }
        const bytes = Buffer.concat(pieces);
        assert.ok(
          states.some((state) => Buffer.compare(bytes, state) === 0),
          "what was replaced while it was read is neither the old nor the new",
        );
      }
    },
  },
];
