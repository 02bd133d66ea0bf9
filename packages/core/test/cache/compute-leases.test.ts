import { describe, expect, test } from "vitest";
import { Cache, currentProcess, type LeaseState, MemoryCache } from "../../src/index.js";
import { backendWith } from "./backend-with.js";
import { cachesOn } from "./caches-on.js";

describe("leases that do nothing", () => {
  const dead = currentProcess().replace(/-\d+-\d+$/, "-1-1");
  const holder: LeaseState = { token: "t", owner: dead, condition: "held" };
  const broken: [string, (backend: MemoryCache) => Partial<MemoryCache>][] = [
    [
      "are granted to everybody",
      () => ({ acquireLease: async (name) => ({ granted: true, lease: { name, token: "t" } }) }),
    ],
    [
      "are always lost, and never granted",
      () => ({
        acquireLease: async () => ({ granted: false, holder: { ...holder, condition: "lost" } }),
        readLease: async () => ({ ...holder, condition: "lost" }),
      }),
    ],
    [
      "are never granted, and unknown",
      () => ({ acquireLease: async () => ({ granted: false, holder }), readLease: async () => undefined }),
    ],
    [
      "always get a new holder, who never says anything",
      () => {
        let tokens = 0;
        const next = (): LeaseState => ({ ...holder, owner: "elsewhere", token: String(tokens++) });
        return { acquireLease: async () => ({ granted: false, holder: next() }), readLease: async () => next() };
      },
    ],
    [
      "say that a value was stored when none was",
      () => ({
        acquireLease: async () => ({ granted: false, holder: { ...holder, owner: "elsewhere" } }),
        readLease: async () => ({
          ...holder,
          condition: "released",
          outcome: { kind: "stored", checksum: "xxh64:00", createdAt: 0 },
        }),
      }),
    ],
    [
      "end with something nobody understands",
      () => ({
        acquireLease: async () => ({ granted: false, holder: { ...holder, owner: "elsewhere" } }),
        readLease: async () => ({ ...holder, condition: "released", outcome: { kind: "failed", error: 5 } }),
      }),
    ],
    [
      "can't be read",
      () => ({
        acquireLease: async () => ({ granted: false, holder: { ...holder, owner: "elsewhere" } }),
        readLease: () => Promise.reject(new Error("no answer")),
      }),
    ],
    ["can't be taken", () => ({ acquireLease: () => Promise.reject(new Error("no answer")) })],
    ["can't be given back", () => ({ releaseLease: () => Promise.reject(new Error("no answer")) })],
  ];

  test.each(broken)("because they %s cost nothing but repeated work", async (_why, members) => {
    const backend = new MemoryCache();
    const { caches, told } = cachesOn(backendWith(backend, members(backend)), 3);
    for (let round = 0; round < 3; round++) {
      const key = `k${round}`;
      const values = await Promise.all([...caches, ...caches].map((cache) => cache.getOrSet(key, () => ({ round }))));
      expect(values).toEqual(Array(6).fill({ round }));
      expect(await caches[0]!.get(key)).toEqual({ round });
      const failing = () => Promise.reject(new Error("no luck"));
      await expect(caches[0]!.getOrSet(`bad${round}`, failing)).rejects.toThrow("no luck");
    }
    for (const cache of caches) await cache.close();
    expect(told("warning").length).toBeLessThanOrEqual(caches.length);
  });

  test("because the holder has died although the backend does not know cost no waiting", async () => {
    const backend = new MemoryCache();
    const blind = backendWith(backend, {
      acquireLease: async () => ({ granted: false, holder }),
      readLease: async () => holder,
    });
    expect(await new Cache({ backend: blind }).getOrSet("k", () => "computed")).toBe("computed");
  });
});
