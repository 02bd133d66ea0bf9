import { type BlobRecord, type EvictionPolicy, evictionPolicies, LarderError } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";
import { expectExactAccount } from "./exact-account.js";
import { PolicyModel } from "./policy-model.js";

const seed = 20_261_127;
const limitBytes = 40_000;
const inlineLimitBytes = 3_000;

type Step =
  | {
      readonly set: string;
      readonly byteLength: number;
      readonly cost: number;
      readonly pinned: boolean;
      readonly priority: number;
      readonly ttl: number;
    }
  | { readonly prioritise: string; readonly priority: number }
  | { readonly read: string }
  | { readonly delete: string }
  | { readonly pass: number }
  | { readonly cull: number };

const key = fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h", "a longer key");
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      set: key,
      // Within the leaves of the index, in pages of their own, in files, and one that never fits.
      byteLength: fc.constantFrom(0, 300, 900, 1_500, 2_500, 3_001, 7_000, 12_000, 20_000, 45_000),
      cost: fc.constantFrom(0, 0.001, 0.1, 2, 50),
      pinned: fc.constant(false),
      priority: fc.constantFrom(0, 0, 0, 1, 2, 50, 100),
      ttl: fc.constantFrom(0, 0, 0, 10, 1_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      set: key,
      byteLength: fc.constantFrom(900, 7_000),
      cost: fc.constant(0),
      pinned: fc.constant(true),
      priority: fc.constantFrom(0, 7),
      ttl: fc.constant(0),
    }),
  },
  { weight: 2, arbitrary: fc.record({ prioritise: key, priority: fc.constantFrom(0, 1, 2, 50, 100) }) },
  { weight: 8, arbitrary: fc.record({ read: key }) },
  { weight: 1, arbitrary: fc.record({ delete: key }) },
  { weight: 1, arbitrary: fc.record({ pass: fc.constantFrom(1, 20, 2_000) }) },
  { weight: 1, arbitrary: fc.record({ cull: fc.constantFrom(0, 10_000, 30_000) }) },
);

test.each(evictionPolicies)(
  "what is evicted, and what is not, is what the definition of the policy says: %s",
  async (policy) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), fc.nat(), async (steps, contentSeed) => {
        await follow(policy, steps, contentSeed % 1_000);
      }),
      { seed, numRuns: process.env.LARDER_FAULTS_LONG === undefined ? 12 : 300 },
    );
  },
  120_000,
);

async function follow(policy: EvictionPolicy, steps: readonly Step[], contentSeed: number): Promise<void> {
  let now = 1_000_000;
  const clock = { now: () => now, monotonic: () => 0 };
  const backend = new LmdbBackend({
    directory: cacheDirectory(),
    inlineLimitBytes,
    sizeLimitBytes: limitBytes,
    evictionPolicy: policy,
    clock,
  });
  const model = new PolicyModel(policy, limitBytes, inlineLimitBytes);
  let content = contentSeed * 1_000;
  for (const one of steps) {
    model.at(now);
    if ("pass" in one) now += one.pass;
    else if ("read" in one) {
      model.read(one.read);
      expect((await readBytes(backend, one.read)) !== undefined).toBe(model.entries.has(one.read));
    } else if ("prioritise" in one) await prioritise(backend, model, one, now);
    else if ("delete" in one) {
      expect(await backend.deleteBlob(one.delete)).toBe(model.entries.delete(one.delete));
    } else if ("cull" in one) {
      const before = model.entries.size;
      model.cull(one.cull, now);
      expect(await backend.cull(one.cull)).toBe(before - model.entries.size);
    } else await set(backend, model, one, { now, content: content++ });
    const keys: string[] = [];
    for await (const found of backend.keys()) keys.push(found);
    expect(keys, `after ${JSON.stringify(one)}`).toEqual([...model.entries.keys()].sort());
    const volume = await backend.volume();
    expect(volume).toEqual({ entries: keys.length, sizeBytes: model.sizeBytes, reservedBytes: 0, limitBytes });
    expect(volume.sizeBytes).toBeLessThanOrEqual(limitBytes);
  }
  await expectExactAccount(backend.directory);
  expect((await backend.check()).problems).toEqual([]);
  await backend.close();
}

async function prioritise(
  backend: LmdbBackend,
  model: PolicyModel,
  { prioritise: name, priority }: Extract<Step, { prioritise: string }>,
  now: number,
): Promise<void> {
  const fits = model.prioritise(name, priority, now);
  const given = backend.transaction((view) => {
    const { priority: _, ...record } = view.record(name) ?? {};
    return view.setRecord(name, { ...record, ...(priority > 0 ? { priority } : {}) } as BlobRecord);
  });
  const outcome = await given.catch((error: unknown) => error);
  if (fits === false) expect(LarderError.isInstance(outcome, "cache-full") && outcome.code).toBe("cache-full");
  else expect(outcome).toBe(fits === true);
}

async function set(
  backend: LmdbBackend,
  model: PolicyModel,
  { set: name, byteLength, cost, pinned, priority, ttl }: Extract<Step, { set: string }>,
  { now, content }: { now: number; content: number },
): Promise<void> {
  const expiresAt = ttl === 0 ? {} : { expiresAt: now + ttl };
  // In each file other content, so that none is shared.
  const blob = await sampleBlob(sampleBytes(byteLength, content), {
    createdAt: now,
    ...expiresAt,
    ...(cost === 0 ? {} : { costSeconds: cost }),
    ...(pinned ? { pinned } : {}),
    ...(priority > 0 ? { priority } : {}),
  });
  const forgetAt = ttl === 0 ? Number.POSITIVE_INFINITY : now + ttl;
  const fits = model.set(name, { byteLength, costSeconds: cost, pinned, priority, forgetAt }, now);
  const outcome = await backend.setBlob(name, blob).catch((error: unknown) => error);
  if (fits) expect(outcome).toBeUndefined();
  else expect(LarderError.isInstance(outcome, "cache-full") && outcome.code).toBe("cache-full");
}
