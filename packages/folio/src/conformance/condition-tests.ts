import assert from "node:assert/strict";
import { LarderError } from "@larder/core";
import type { RemoteStorage } from "../remote/remote-storage.js";
import { bodyOf, expectBytes, expectLarderError, sampleBytes } from "./expectations.js";
import type { Ground, TestDefinition } from "./test-definition.js";

const without = "the service takes no conditional writes";

/** Whether conditions are taken. What is said of it must hold, and be the same each time. */
async function takesConditions({ storage, path, options }: Ground): Promise<boolean> {
  const name = path("tried");
  let takes = true;
  try {
    await storage.write!(name, { bytes: sampleBytes(1) }, { ifVersion: null });
  } catch (error) {
    if (!LarderError.isInstance(error, "remote-no-conditions")) throw error;
    takes = false;
  }
  if (storage.abilities.conditionalWrites === true)
    assert.ok(takes, "it says that writes can be conditional, and refuses one");
  if (options.takesConditions !== undefined)
    assert.equal(takes, options.takesConditions, "whether it takes conditional writes");
  return takes;
}

/** Writes under conditions. */
export const conditionTests: readonly TestDefinition[] = [
  {
    name: "an object is created only where there is none",
    ability: "conditionalWrites",
    async run(ground) {
      const { storage, path } = ground;
      if (!(await takesConditions(ground))) return without;
      const created = await storage.write!(path("new"), { bytes: sampleBytes(100, 1) }, { ifVersion: null });
      assert.equal((await storage.head(path("new")))?.version, created.version, "the version of what was created");
      const again = storage.write!(path("new"), { bytes: sampleBytes(100, 2) }, { ifVersion: null });
      await expectLarderError(again, "remote-conflict", "to create what is there");
      expectBytes(
        await bodyOf(await storage.read(path("new")), "what was created"),
        sampleBytes(100, 1),
        "what was created",
      );
      await storage.delete!(path("new"));
      await storage.write!(path("new"), { bytes: sampleBytes(50, 3) }, { ifVersion: null });
      expectBytes(await bodyOf(await storage.read(path("new")), "created anew"), sampleBytes(50, 3), "created anew");
    },
  },
  {
    name: "an object is replaced only while it has the version that was asked for",
    ability: "conditionalWrites",
    async run(ground) {
      const { storage, path } = ground;
      if (!(await takesConditions(ground))) return without;
      const first = await storage.write!(path("swapped"), { bytes: sampleBytes(100, 1) });
      const second = await storage.write!(
        path("swapped"),
        { bytes: sampleBytes(100, 2) },
        { ifVersion: first.version },
      );
      const late = storage.write!(path("swapped"), { bytes: sampleBytes(100, 3) }, { ifVersion: first.version });
      await expectLarderError(late, "remote-conflict", "to replace by an old version");
      expectBytes(
        await bodyOf(await storage.read(path("swapped")), "after a conflict"),
        sampleBytes(100, 2),
        "after a conflict",
      );
      await storage.write!(path("swapped"), { bytes: sampleBytes(100, 4) }, { ifVersion: second.version });
      await storage.delete!(path("swapped"));
      const gone = storage.write!(path("swapped"), { bytes: sampleBytes(100, 5) }, { ifVersion: second.version });
      await expectLarderError(gone, "remote-conflict", "to replace what was deleted");
      assert.equal(await storage.head(path("swapped")), undefined, "what was deleted stays so after a conflict");
    },
  },
  {
    name: "of several who create an object at once, one does",
    ability: "conditionalWrites",
    async run(ground) {
      const { opened, storage, path } = ground;
      if (!(await takesConditions(ground))) return without;
      const storages = [storage, opened.second ?? storage];
      for (let round = 0; round < 5; round++) {
        const outcomes = await Promise.allSettled(
          Array.from({ length: 8 }, (_, i) =>
            storages[i % 2]!.write!(path(`race-${round}`), { bytes: sampleBytes(50, i) }, { ifVersion: null }),
          ),
        );
        const winners = outcomes.flatMap(({ status }, i) => (status === "fulfilled" ? [i] : []));
        assert.equal(winners.length, 1, "how many of eight created it");
        for (const outcome of outcomes) {
          if (outcome.status === "rejected")
            await expectLarderError(Promise.reject(outcome.reason), "remote-conflict", "the others");
        }
        const bytes = await bodyOf(await storage.read(path(`race-${round}`)), "what was created");
        expectBytes(bytes, sampleBytes(50, winners[0]), "what was created");
      }
    },
  },
  {
    name: "changes by compare and swap, by several at once, lose none",
    ability: "conditionalWrites",
    async run(ground) {
      const { opened, storage, path } = ground;
      if (!(await takesConditions(ground))) return without;
      await storage.write!(path("count"), { bytes: Buffer.from("0") });
      const storages = [storage, opened.second ?? storage];
      const each = 8;
      await Promise.all([0, 1, 2, 3].map((i) => increase(storages[i % 2]!, path("count"), each)));
      const text = Buffer.from(await bodyOf(await storage.read(path("count")), "the count")).toString();
      assert.equal(text, String(4 * each), "the count after four times eight changes");
    },
  },
  {
    name: "where conditions can't be had, each conditional write says so, and stores nothing",
    ability: "conditionalWrites",
    async run(ground) {
      const { storage, path } = ground;
      if (await takesConditions(ground)) return "it takes conditional writes";
      const before = await storage.write!(path("unconditional"), { bytes: sampleBytes(10, 1) });
      for (const ifVersion of [null, before.version, '"another"']) {
        const write = storage.write!(path("unconditional"), { bytes: sampleBytes(10, 2) }, { ifVersion });
        await expectLarderError(write, "remote-no-conditions", `a write on the condition ${ifVersion}`);
      }
      const create = storage.write!(path("created"), { bytes: sampleBytes(10) }, { ifVersion: null });
      await expectLarderError(create, "remote-no-conditions", "to create on a condition");
      assert.equal(await storage.head(path("created")), undefined, "nothing was stored");
      expectBytes(
        await bodyOf(await storage.read(path("unconditional")), "what was there"),
        sampleBytes(10, 1),
        "what was there",
      );
    },
  },
];

async function increase(storage: RemoteStorage, path: string, times: number): Promise<void> {
  for (let done = 0; done < times; ) {
    const read = await storage.read(path);
    assert.equal(read.status, "found", "the count is there");
    if (read.status !== "found") return;
    const count = Number(Buffer.from(await bodyOf(read, "the count")).toString());
    try {
      await storage.write!(path, { bytes: Buffer.from(String(count + 1)) }, { ifVersion: read.object.version });
      done++;
    } catch (error) {
      if (!LarderError.isInstance(error, "remote-conflict")) throw error;
    }
  }
}
