import {
  type EvictionPolicy,
  LarderError,
  MemoryCache,
  type MemoryCacheOptions,
  type Volume,
} from "../../src/index.js";
import { type BrokenBackend, brokenLimit, brokenMemory, replaced } from "./broken-backend.js";

const counted = "volume() counts each blob and what it takes up, and no longer when it is gone";
const once = "an overwritten blob is counted once, as large as it is now";
const passed = "the limit is never passed, whatever is stored";
const tooLarge = "what is larger than the limit is refused with 'cache-full', and nothing goes for it";
const prioritised =
  "with the policy 'least-recently-used' what has a lower priority goes first, then what was neither read nor stored for longest goes first, and never more than needed";
const reprioritised = "a blob that is given another priority by a transaction goes by it from then on";
const pinned = "what is pinned is never evicted, and what finds no room beside it is refused";
const none = "with the policy 'none' nothing is evicted, and what does not fit is refused";
const overwriting = "overwriting a blob with one of its size evicts nothing";
const expired =
  "what has expired for good goes before anything else, also what is pinned, and not while it is to be kept";
const culled = "cull() evicts in the order of the policy until the target is met, and says how many went";
const inTransaction = "a transaction that finds no room is refused whole, and one that finds it evicts others";
const byStream = "a stream that finds no room is refused, and nothing is left of it";

type Limits = Required<Pick<MemoryCacheOptions, "sizeLimitBytes" | "evictionPolicy">>;

/** Backends that don't know what they hold, or keep to no limit. */
export const brokenLimits: readonly BrokenBackend[] = [
  withVolume("always holds the same", counted, (volume) => ({ ...volume, sizeBytes: 4096 })),
  withVolume("counts no blobs", counted, (volume) => ({ ...volume, entries: 0 })),
  withVolume("counts in megabytes", counted, (volume) => ({
    ...volume,
    sizeBytes: Math.round(volume.sizeBytes / 1e6),
  })),
  withVolume("holds half of a byte", counted, (volume) => ({ ...volume, sizeBytes: volume.sizeBytes + 0.5 })),
  brokenMemory("goes on counting what is gone", counted, (right) => {
    let gone = 0;
    return {
      async deleteBlob(key) {
        const { sizeBytes } = await right.volume();
        const found = await right.deleteBlob(key);
        gone += sizeBytes - (await right.volume()).sizeBytes;
        return found;
      },
      volume: async () => grown(await right.volume(), gone),
    };
  }),
  brokenMemory("counts both what is overwritten and what is there", once, (right) => {
    let overwritten = 0;
    return {
      async setBlob(key, blob) {
        overwritten += (await right.getBlob(key))?.record.byteLength ?? 0;
        await right.setBlob(key, blob);
      },
      volume: async () => grown(await right.volume(), overwritten),
    };
  }),
  brokenMemory("counts a key that is set twice at once as two", "volume() counts what is written at once", (right) => {
    let entries = 0;
    return {
      async setBlob(key, blob) {
        if ((await right.getBlob(key)) === undefined) entries++;
        await right.setBlob(key, blob);
      },
      volume: async () => ({ ...(await right.volume()), entries }),
    };
  }),
  brokenMemory("never gives back what it reserved", "volume() counts what is written at once", (right) => {
    let reservedBytes = 0;
    return {
      async setBlob(key, blob) {
        reservedBytes += blob.record.byteLength;
        await right.setBlob(key, blob);
      },
      volume: async () => ({ ...(await right.volume()), reservedBytes }),
    };
  }),
  brokenMemory("goes on counting what was cleared", "after clear() the volume is that of nothing", (right) => {
    let before = 0;
    return {
      async clear() {
        before = (await right.volume()).sizeBytes;
        await right.clear();
      },
      volume: async () => grown(await right.volume(), before),
    };
  }),
  withOtherPolicy("least-recently-stored", "least-recently-used", "what was stored longest ago goes first"),
  withOtherPolicy("least-recently-stored", "least-frequently-used", "what was stored longest ago goes first"),
  withOtherPolicy(
    "least-recently-used",
    "least-recently-stored",
    "what was neither read nor stored for longest goes first",
  ),
  withOtherPolicy(
    "least-recently-used",
    "least-frequently-used",
    "what was neither read nor stored for longest goes first",
  ),
  withOtherPolicy(
    "least-frequently-used",
    "least-recently-used",
    "what was read least often since it was stored goes first",
  ),
  withOtherPolicy(
    "least-frequently-used",
    "least-recently-stored",
    "what was read least often since it was stored goes first",
  ),
  withOtherPolicy("cost-aware", "least-frequently-used", "what saves the least time for its space goes first"),
  withOtherPolicy("cost-aware", "least-recently-used", "what saves the least time for its space goes first"),
  brokenLimit("loses the reads of what is stored again", policyTest("least-frequently-used"), (limits) =>
    replaced(new MemoryCache(limits), (right) => {
      const reads = new Map<string, number>();
      return {
        async getBlob(key) {
          reads.set(key, (reads.get(key) ?? 0) + 1);
          return right.getBlob(key);
        },
        // Reads from before it was stored count on.
        async setBlob(key, blob) {
          await right.setBlob(key, blob);
          for (let i = reads.get(key) ?? 0; i > 0; i--) await right.getBlob(key);
        },
      };
    }),
  ),
  brokenLimit("evicts one more than needed", policyTest("least-recently-stored"), (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      async setBlob(key, blob) {
        const { entries } = await right.volume();
        await right.setBlob(key, blob);
        if ((await right.volume()).entries > entries) return;
        for await (const first of right.keys({ limit: 1 })) if (first !== key) await right.deleteBlob(first);
      },
    })),
  ),
  brokenLimit("passes its limit by a tenth", passed, ({ sizeLimitBytes, evictionPolicy }) =>
    replaced(new MemoryCache({ sizeLimitBytes: Math.ceil(sizeLimitBytes * 1.1), evictionPolicy }), (right) => ({
      volume: async () => ({ ...(await right.volume()), limitBytes: sizeLimitBytes }),
    })),
  ),
  brokenLimit("uses a third of its room", passed, ({ sizeLimitBytes, evictionPolicy }) =>
    replaced(new MemoryCache({ sizeLimitBytes: Math.ceil(sizeLimitBytes / 3), evictionPolicy }), (right) => ({
      volume: async () => ({ ...(await right.volume()), limitBytes: sizeLimitBytes }),
    })),
  ),
  brokenLimit("says it has no limit", passed, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      volume: async () => ({ ...(await right.volume()), limitBytes: undefined }),
    })),
  ),
  brokenLimit("evicts everything for what is too large", tooLarge, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      async setBlob(key, blob) {
        if (blob.record.byteLength > limits.sizeLimitBytes) await right.cull(0);
        await right.setBlob(key, blob);
      },
    })),
  ),
  brokenLimit("drops what is too large without a word", tooLarge, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      setBlob: (key, blob) => right.setBlob(key, blob).catch(() => {}),
    })),
  ),
  brokenLimit("refuses what is too large with an error of its own", tooLarge, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      setBlob: (key, blob) =>
        right.setBlob(key, blob).catch(() => {
          throw new LarderError("No room.", { code: "no-room" });
        }),
    })),
  ),
  brokenLimit("deletes what a key had when it is refused", tooLarge, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      setBlob: (key, blob) =>
        right.setBlob(key, blob).catch(async (error) => {
          await right.deleteBlob(key);
          throw error;
        }),
    })),
  ),
  brokenLimit("evicts what is pinned", pinned, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      setBlob: (key, { record: { pinned: _, ...record }, ...blob }) =>
        right.setBlob(key, { ...blob, record } as Parameters<MemoryCache["setBlob"]>[1]),
    })),
  ),
  brokenLimit("culls what is pinned", pinned, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      async cull(targetBytes) {
        let count = await right.cull(targetBytes);
        if (targetBytes === 0) for await (const key of right.keys()) if (await right.deleteBlob(key)) count++;
        return count;
      },
    })),
  ),
  brokenLimit("evicts by the policy whatever the priorities are", prioritised, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      setBlob: (key, { record: { priority: _, ...record }, ...blob }) =>
        right.setBlob(key, { ...blob, record } as Parameters<MemoryCache["setBlob"]>[1]),
    })),
  ),
  brokenLimit("takes a lower priority for a higher one", prioritised, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      setBlob: (key, { record: { priority = 0, ...record }, ...blob }) =>
        right.setBlob(key, { ...blob, record: { ...record, priority: 100 - priority } } as Parameters<
          MemoryCache["setBlob"]
        >[1]),
    })),
  ),
  brokenLimit("goes by the priority that a blob was stored with", reprioritised, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      transaction: (body) =>
        right.transaction((view) =>
          body({
            ...view,
            setRecord: (key, record) => view.setRecord(key, { ...record, priority: view.record(key)?.priority ?? 0 }),
          }),
        ),
    })),
  ),
  brokenLimit("evicts where nothing may be evicted", none, ({ sizeLimitBytes }) => new MemoryCache({ sizeLimitBytes })),
  brokenLimit("culls where nothing may be evicted", none, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      async cull(targetBytes) {
        let count = await right.cull(targetBytes);
        if (targetBytes === 0) for await (const key of right.keys()) if (await right.deleteBlob(key)) count++;
        return count;
      },
    })),
  ),
  brokenLimit("makes room for an overwritten blob and the new one", overwriting, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      async setBlob(key, blob) {
        const { sizeBytes, limitBytes = 0 } = await right.volume();
        const needed = blob.record.byteLength + 300;
        if (sizeBytes + needed > limitBytes) await right.cull(Math.max(0, limitBytes - needed));
        await right.setBlob(key, blob);
      },
    })),
  ),
  brokenLimit("evicts what is fresh before what has expired", expired, (limits) =>
    replaced(new MemoryCache({ ...limits, clock: { now: () => 0, monotonic: () => 0 } }), () => ({})),
  ),
  brokenLimit("forgets what is to be kept though it has expired", expired, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      setBlob: (key, { record: { keepUntil: _, ...record }, ...blob }) =>
        right.setBlob(key, { ...blob, record } as Parameters<MemoryCache["setBlob"]>[1]),
    })),
  ),
  brokenLimit("keeps what has expired for good when it is pinned", expired, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      setBlob: (key, { record: { expiresAt, ...record }, ...blob }) =>
        right.setBlob(key, {
          ...blob,
          record: { ...record, ...(record.pinned !== true && expiresAt !== undefined && { expiresAt }) },
        } as Parameters<MemoryCache["setBlob"]>[1]),
    })),
  ),
  brokenLimit("culls one more than it is asked to", culled, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      cull: (targetBytes) => right.cull(targetBytes === undefined ? undefined : Math.max(0, targetBytes - 1)),
    })),
  ),
  brokenLimit("says it culled nothing", culled, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      async cull(targetBytes) {
        await right.cull(targetBytes);
        return 0;
      },
    })),
  ),
  brokenLimit("stores within transactions what fits of them", inTransaction, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      transaction: (body) =>
        right.transaction((view) =>
          body({
            ...view,
            set(key, blob) {
              if (blob.record.byteLength < limits.sizeLimitBytes) view.set(key, blob);
            },
          }),
        ),
    })),
  ),
  brokenLimit("evicts nothing for transactions", inTransaction, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      async transaction(body) {
        const { sizeBytes, entries } = await right.volume();
        return right.transaction((view) => {
          const result = body(view);
          if (sizeBytes + sizeBytes / entries > limits.sizeLimitBytes) {
            throw new LarderError("No room.", { code: "cache-full" });
          }
          return result;
        });
      },
    })),
  ),
  brokenLimit("keeps what came of a stream that finds no room", byStream, (limits) =>
    replaced(new MemoryCache(limits), (right) => ({
      setBlobStream: (key, chunks, record) =>
        right.setBlobStream(key, chunks, record).catch(async (error) => {
          await right.setBlobStream(key, nothing(), record);
          throw error;
        }),
    })),
  ),
  brokenLimit("never gives back what it reserved for a stream", byStream, (limits) =>
    replaced(new MemoryCache(limits), (right) => {
      let reservedBytes = 0;
      return {
        setBlobStream(key, chunks, record) {
          reservedBytes = 10;
          return right.setBlobStream(key, chunks, record);
        },
        volume: async () => ({ ...(await right.volume()), reservedBytes }),
      };
    }),
  ),
];

function policyTest(policy: EvictionPolicy): string {
  const words: Partial<Record<EvictionPolicy, string>> = {
    "least-recently-stored": "what was stored longest ago goes first",
    "least-frequently-used": "what was read least often since it was stored goes first",
  };
  return `with the policy '${policy}' ${words[policy]}, and never more than needed`;
}

function withOtherPolicy(asked: EvictionPolicy, used: EvictionPolicy, words: string): BrokenBackend {
  return brokenLimit(
    `takes '${asked}' for '${used}'`,
    `with the policy '${asked}' ${words}, and never more than needed`,
    ({ sizeLimitBytes, evictionPolicy }: Limits) =>
      new MemoryCache({ sizeLimitBytes, evictionPolicy: evictionPolicy === asked ? used : evictionPolicy }),
  );
}

function withVolume(fault: string, foundBy: string, wrong: (volume: Volume) => Volume): BrokenBackend {
  return brokenMemory(fault, foundBy, (right) => ({ volume: async () => wrong(await right.volume()) }));
}

function grown(volume: Volume, byBytes: number): Volume {
  return { ...volume, sizeBytes: volume.sizeBytes + byBytes };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
