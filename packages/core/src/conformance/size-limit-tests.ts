import assert from "node:assert/strict";
import type { CacheBackend } from "../backend.js";
import type { BlobRecord } from "../blob-record.js";
import type { BlobStreams, EntryIndex, SizeLimit, Transactions } from "../capabilities/index.js";
import { LarderError } from "../errors.js";
import { type EvictionPolicy, evictionPolicies } from "../eviction/eviction-policy.js";
import { EvictionModel } from "./eviction-model.js";
import { expectBytes } from "./expectations.js";
import type { Ground } from "./ground.js";
import { expiredButKept, recordOf, sampleBytes, sampleChance } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";
import { blobOf, transactionGround } from "./transaction-ground.js";
import { volumeOf } from "./volume-tests.js";

type Limited = CacheBackend & SizeLimit & EntryIndex;

/** What goes first, in words. */
const firstToGo: Readonly<Record<Exclude<EvictionPolicy, "none">, string>> = {
  "least-recently-stored": "what was stored longest ago goes first",
  "least-recently-used": "what was neither read nor stored for longest goes first",
  "least-frequently-used": "what was read least often since it was stored goes first",
  "cost-aware": "what saves the least time for its space goes first",
};

/** Half have none, as most blobs; of the others some are as high and as low as can be. */
function somePriority(chance: number): number {
  return chance < 0.5 ? 0 : ([1, 50, 99, 100][Math.floor(chance * 8) % 4] as number);
}

/** Bytes of the blobs that are counted; all of one size, so that a limit is a number of them. */
const blobBytes = 100;

/** For backends that are made with a limit, by the option `withSizeLimit`. */
export const sizeLimitTests: readonly TestDefinition[] = [
  ...evictionPolicies.filter((policy) => policy !== "none").map((policy) => policyTest(policy)),
  policyTest("least-recently-used", somePriority),
  {
    name: "a blob that is given another priority by a transaction goes by it from then on",
    brief: true,
    capability: "sizeLimit",
    needs: "withSizeLimit",
    async run(ground) {
      const { backend, put } = await withRoomFor(ground, 4, "least-recently-stored");
      if (backend.supports?.transactions !== true) return;
      const { run } = transactionGround(ground);
      const give = (suffix: string, priority: number | undefined) =>
        run(
          (view) => {
            const key = ground.key(suffix);
            const { priority: _, ...record } = view.record(key)!;
            view.setRecord(key, priority === undefined ? record : { ...record, priority });
          },
          backend as Limited & Transactions,
        );
      for (const suffix of ["0", "1", "2", "3"]) await put(suffix);
      await give("0", 100);
      await give("1", 1);
      await put("4");
      await put("5");
      await expectKeys(ground, backend, ["0", "1", "4", "5"]);
      await put("6");
      await put("7");
      await expectKeys(ground, backend, ["0", "1", "6", "7"]);
      await give("6", 50);
      await give("7", 50);
      await put("8");
      await expectKeys(ground, backend, ["0", "6", "7", "8"]);
      await give("0", undefined);
      await put("9");
      await put("a");
      await expectKeys(ground, backend, ["6", "7", "9", "a"]);
    },
  },
  {
    name: "the limit is never passed, whatever is stored",
    brief: true,
    capability: "sizeLimit",
    needs: "withSizeLimit",
    async run(ground) {
      const limitBytes = 2_000_000;
      const backend = (await ground.limited(limitBytes, "least-recently-stored")) as Limited;
      const chance = sampleChance(5);
      let written = 0;
      const write = async (writer: number) => {
        while (written < 5 * limitBytes) {
          const bytes = sampleBytes(Math.floor(chance() ** 2 * 150_000), Math.floor(chance() * 100));
          written += bytes.byteLength;
          const key = ground.key(`${writer} ${Math.floor(chance() * 60)}`);
          await backend.setBlob(key, { record: await recordOf(bytes), bytes });
          const volume = await volumeOf(backend);
          assert.equal(volume.limitBytes, limitBytes);
        }
      };
      await Promise.all([write(1), write(2), write(3)]);
      const { sizeBytes, reservedBytes } = await volumeOf(backend);
      assert.equal(reservedBytes, 0, "bytes are reserved though nothing is written");
      assert.ok(sizeBytes > limitBytes / 2, `only ${sizeBytes} of ${limitBytes} bytes are used: more went than needed`);
    },
  },
  {
    name: "what is larger than the limit is refused with 'cache-full', and nothing goes for it",
    brief: true,
    capability: "sizeLimit",
    needs: "withSizeLimit",
    async run(ground) {
      const { backend, put } = await withRoomFor(ground, 4, "least-recently-stored");
      for (const suffix of ["0", "1", "2"]) await put(suffix);
      const bytes = sampleBytes(1_000_000);
      for (const suffix of ["0", "large"]) {
        const setting = backend.setBlob(ground.key(suffix), { record: await recordOf(bytes), bytes });
        await expectFull(setting, "a blob larger than the limit");
      }
      await expectKeys(ground, backend, ["0", "1", "2"]);
      expectBytes((await ground.read(ground.key("0"), backend)).bytes, bytesOf("0"), "what could not be replaced");
    },
  },
  {
    name: "what is pinned is never evicted, and what finds no room beside it is refused",
    brief: true,
    capability: "sizeLimit",
    needs: "withSizeLimit",
    async run(ground) {
      const { backend, put } = await withRoomFor(ground, 4, "least-recently-used");
      await put("p", { pinned: true });
      await put("q", { pinned: true });
      for (let i = 0; i < 10; i++) await put(String(i));
      await expectKeys(ground, backend, ["8", "9", "p", "q"]);
      assert.equal(await backend.cull(0), 2, "the number of blobs that cull(0) evicts");
      await expectKeys(ground, backend, ["p", "q"]);
      await put("r", { pinned: true });
      await put("s", { pinned: true });
      await expectFull(put("0"), "a blob for which nothing may go");
      await expectFull(put("t", { pinned: true }), "a pinned blob for which nothing may go");
      await expectKeys(ground, backend, ["p", "q", "r", "s"]);
      await put("s");
      await put("0");
      await expectKeys(ground, backend, ["0", "p", "q", "r"]);
    },
  },
  {
    name: "with the policy 'none' nothing is evicted, and what does not fit is refused",
    capability: "sizeLimit",
    needs: "withSizeLimit",
    async run(ground) {
      const { backend, put } = await withRoomFor(ground, 3, "none");
      for (const suffix of ["0", "1", "2"]) await put(suffix);
      await expectFull(put("3"), "a blob more than fits");
      assert.equal(await backend.cull(0), 0, "the number of blobs that cull(0) evicts");
      await expectKeys(ground, backend, ["0", "1", "2"]);
      await put("1");
      await backend.deleteBlob(ground.key("2"));
      await put("3");
      await expectKeys(ground, backend, ["0", "1", "3"]);
    },
  },
  {
    name: "overwriting a blob with one of its size evicts nothing",
    capability: "sizeLimit",
    needs: "withSizeLimit",
    async run(ground) {
      const { backend, put } = await withRoomFor(ground, 4, "least-recently-stored");
      for (const suffix of ["0", "1", "2", "3"]) await put(suffix);
      for (const suffix of ["0", "3", "1", "1"]) await put(suffix);
      await expectKeys(ground, backend, ["0", "1", "2", "3"]);
    },
  },
  {
    name: "what has expired for good goes before anything else, also what is pinned, and not while it is to be kept",
    capability: "sizeLimit",
    needs: "withSizeLimit",
    async run(ground) {
      const { backend, put } = await withRoomFor(ground, 4, "least-recently-stored");
      for (const suffix of ["0", "1"]) await put(suffix);
      await put("x", { createdAt: 1000, expiresAt: 2000 });
      await put("y", { createdAt: 1000, expiresAt: 2000, keepUntil: 3000, pinned: true });
      for (const suffix of ["2", "3"]) await put(suffix);
      await expectKeys(ground, backend, ["0", "1", "2", "3"]);
      const { put: putKept, backend: keeping } = await withRoomFor(ground, 2, "least-recently-stored");
      await putKept("0");
      await putKept("k", expiredButKept);
      await putKept("1");
      await expectKeys(ground, keeping, ["1", "k"]);
      await putKept("x", { createdAt: 1000, expiresAt: 2000 });
      await keeping.cull();
      assert.ok(!(await keysOf(ground, keeping)).includes("x"), "cull() leaves what has expired for good");
    },
  },
  {
    name: "cull() evicts in the order of the policy until the target is met, and says how many went",
    capability: "sizeLimit",
    needs: "withSizeLimit",
    async run(ground) {
      const { backend, put, unitBytes, baseBytes } = await withRoomFor(ground, 8, "least-recently-stored");
      for (let i = 0; i < 8; i++) await put(String(i));
      assert.equal(await backend.cull(), 0, "within the limit");
      assert.equal(await backend.cull(baseBytes + 6 * unitBytes), 2);
      await expectKeys(ground, backend, ["2", "3", "4", "5", "6", "7"]);
      assert.equal(await backend.cull(baseBytes + 6 * unitBytes - 1), 1, "one byte less is one blob less");
      assert.equal(await backend.cull(baseBytes + 6 * unitBytes), 0);
      await expectKeys(ground, backend, ["3", "4", "5", "6", "7"]);
      assert.equal(await backend.cull(0), 5);
      assert.equal((await volumeOf(backend)).entries, 0);
    },
  },
  {
    name: "a transaction that finds no room is refused whole, and one that finds it evicts others",
    capability: "sizeLimit",
    needs: "withSizeLimit",
    async run(ground) {
      const { backend, put } = await withRoomFor(ground, 4, "least-recently-stored");
      if (backend.supports?.transactions !== true) return;
      const { run } = transactionGround(ground);
      const running = (body: Parameters<typeof run>[0]) => run(body, backend as Limited & Transactions);
      for (const suffix of ["0", "1", "2", "3"]) await put(suffix);
      const blob = await blobOf(sampleBytes(blobBytes));
      const large = await blobOf(sampleBytes(1_000_000));
      const refused = running((view) => {
        view.delete(ground.key("3"));
        view.set(ground.key("4"), blob);
        view.set(ground.key("5"), large);
      });
      await expectFull(refused, "a transaction that stores more than fits");
      await expectKeys(ground, backend, ["0", "1", "2", "3"]);
      await running((view) => view.set(ground.key("4"), blob));
      await expectKeys(ground, backend, ["1", "2", "3", "4"]);
      await volumeOf(backend);
    },
  },
  {
    name: "a stream that finds no room is refused, and nothing is left of it",
    capability: "sizeLimit",
    needs: "withSizeLimit",
    async run(ground) {
      const { backend, put } = await withRoomFor(ground, 4, "least-recently-stored");
      if (backend.supports?.streams !== true) return;
      await put("p", { pinned: true });
      const before = await volumeOf(backend);
      async function* endless() {
        for (let i = 0; i < 40; i++) yield sampleBytes(100_000, i);
      }
      const { codec, createdAt } = await recordOf(sampleBytes(1));
      const streams = backend as Limited & BlobStreams;
      await expectFull(
        streams.setBlobStream(ground.key("large"), endless(), { codec, createdAt }),
        "an endless stream",
      );
      await expectKeys(ground, backend, ["p"]);
      assert.deepEqual({ ...(await volumeOf(backend)) }, { ...before }, "the volume after a stream was refused");
    },
  },
];

/** @param priorityOf - the priority of a blob, by chance; absent: none has any */
function policyTest(policy: Exclude<EvictionPolicy, "none">, priorityOf?: (chance: number) => number): TestDefinition {
  const goes = `${priorityOf === undefined ? "" : "what has a lower priority goes first, then "}${firstToGo[policy]}`;
  return {
    name: `with the policy '${policy}' ${goes}, and never more than needed`,
    brief: policy === "least-recently-stored" && priorityOf === undefined,
    capability: "sizeLimit",
    needs: "withSizeLimit",
    async run(ground) {
      const capacity = 6;
      const { backend, put, unitBytes } = await withRoomFor(ground, capacity, policy);
      const model = new EvictionModel(policy, { capacity, sizeBytes: unitBytes });
      const chance = sampleChance(evictionPolicies.indexOf(policy));
      const some = () => String.fromCharCode(97 + Math.floor(chance() * 14));
      let steps = "";
      for (let step = 0; step < 250; step++) {
        const suffix = some();
        const kind = chance();
        if (kind < 0.45) {
          const costSeconds = 1 + Math.floor(chance() * 9);
          const priority = priorityOf?.(chance()) ?? 0;
          steps += ` set ${suffix} (${costSeconds}${priority > 0 ? `, priority ${priority}` : ""})`;
          await put(suffix, { costSeconds, ...(priority > 0 && { priority }) });
          model.set(suffix, costSeconds, priority);
        } else if (kind < 0.95) {
          steps += ` read ${suffix}`;
          const stored = await backend.getBlob(ground.key(suffix));
          await stored?.close?.();
          assert.equal(stored !== undefined, model.read(suffix), `whether '${suffix}' is there, after${steps}`);
        } else {
          steps += ` delete ${suffix}`;
          assert.equal(await backend.deleteBlob(ground.key(suffix)), model.delete(suffix));
        }
        assert.deepEqual(await keysOf(ground, backend), model.keys, `the keys that are left, after${steps}`);
      }
    },
  };
}

/** A backend with room for so many blobs of one size, under keys of one letter. */
async function withRoomFor(ground: Ground, count: number, policy: EvictionPolicy) {
  const measured = await ground.limited(10_000_000, policy);
  const putTo = async (backend: CacheBackend, suffix: string, extra?: Partial<BlobRecord>) => {
    const bytes = bytesOf(suffix);
    await backend.setBlob(ground.key(suffix), { record: await recordOf(bytes, { costSeconds: 1, ...extra }), bytes });
  };
  const baseBytes = (await volumeOf(measured)).sizeBytes;
  await putTo(measured, "a");
  const unitBytes = (await volumeOf(measured)).sizeBytes - baseBytes;
  await measured.close?.();
  const backend = (await ground.limited(baseBytes + count * unitBytes + Math.floor(unitBytes / 2), policy)) as Limited;
  const put = (suffix: string, extra?: Partial<BlobRecord>) => putTo(backend, suffix, extra);
  return { backend, put, unitBytes, baseBytes };
}

/** Bytes that only this key has, so that no backend keeps them once for two. */
function bytesOf(suffix: string): Uint8Array {
  return sampleBytes(blobBytes, suffix.charCodeAt(0));
}

async function keysOf(ground: Ground, backend: Limited): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of backend.keys({ prefix: ground.prefix })) keys.push(key.slice(ground.prefix.length));
  return keys;
}

async function expectKeys(ground: Ground, backend: Limited, expected: readonly string[]): Promise<void> {
  assert.deepEqual(await keysOf(ground, backend), expected, "the keys that are left");
}

async function expectFull(storing: Promise<unknown>, what: string): Promise<void> {
  try {
    await storing;
  } catch (error) {
    assert.ok(LarderError.isInstance(error, "cache-full"), `${what}: it is refused with ${String(error)}`);
    return;
  }
  assert.fail(`${what}: it was stored`);
}
