import type { Lease, LeaseClaim, LeaseState } from "../../src/index.js";
import { MemoryCache } from "../../src/index.js";
import { type BrokenBackend, brokenMemory, brokenPair } from "./broken-backend.js";

const granted = "a lease that nobody holds is granted, and refused while it is held, to its holder too";
const next = "a lease given back is granted to the next, under another token";
const told = "what the owner says when giving a lease back is told until the next owner";
const own = "a lease is renewed and given back by its own token alone";
const lost = "a lease that lasts for a time is lost when it is over, and granted to the next";
const prolonged = "renewing prolongs a lease by its time";
const apart = "leases of different names are kept apart, and from blobs and nodes of their name";

/** Backends whose leases have more than one owner, or none that is right. */
export const brokenLeases: readonly BrokenBackend[] = [
  brokenMemory("grants a lease to its holder again", granted, (right) => {
    const leases = new Map<string, Lease>();
    return {
      async acquireLease(name, options) {
        const claim = await right.acquireLease(name, options);
        if (claim.granted) leases.set(name, claim.lease);
        return { granted: true, lease: leases.get(name)! };
      },
    };
  }),
  brokenMemory("does not say who holds a lease", granted, (right) => ({
    readLease: async (name) => without(await right.readLease(name), "owner"),
  })),
  brokenMemory("tells of a lease that nobody ever had", granted, (right) => ({
    readLease: async (name) => (await right.readLease(name)) ?? { token: "", owner: "", condition: "released" },
  })),
  brokenMemory("never grants a lease a second time", next, (right) => {
    const ever = new Map<string, LeaseState>();
    return {
      async acquireLease(name, options) {
        const holder = ever.get(name);
        if (holder !== undefined) return { granted: false, holder };
        const claim = await right.acquireLease(name, options);
        ever.set(name, (await right.readLease(name))!);
        return claim;
      },
    };
  }),
  withTokens("gives every lease of a name one token", next, () => "token"),
  brokenMemory("forgets a lease with its owner", next, (right) => ({
    async readLease(name) {
      const state = await right.readLease(name);
      return state?.condition === "held" ? state : undefined;
    },
  })),
  brokenMemory("gives a lease back as often as it is asked to", next, (right) => ({
    async releaseLease(lease, outcome) {
      await right.releaseLease(lease, outcome);
      return true;
    },
  })),
  brokenMemory("keeps nothing of what an owner says", told, (right) => ({
    releaseLease: (lease) => right.releaseLease(lease),
  })),
  brokenMemory("tells the word of the owner before for that of the next", told, (right) => {
    const outcomes = new Map<string, LeaseState["outcome"]>();
    return {
      async releaseLease(lease, outcome) {
        if (outcome !== undefined) outcomes.set(lease.name, outcome);
        return right.releaseLease(lease, outcome);
      },
      async readLease(name) {
        const state = await right.readLease(name);
        const outcome = outcomes.get(name);
        return state && { ...state, ...(outcome !== undefined && { outcome }) };
      },
    };
  }),
  brokenMemory("keeps the first level of what an owner says", told, (right) => ({
    releaseLease: (lease, outcome) =>
      right.releaseLease(
        lease,
        outcome &&
          Object.fromEntries(
            Object.entries(outcome).map(([name, part]) => [name, typeof part === "object" ? 0 : part]),
          ),
      ),
  })),
  brokenMemory("gives a lease back by its name alone", own, (right) => ({
    releaseLease: async ({ name }, outcome) =>
      right.releaseLease({ name, token: (await right.readLease(name))?.token ?? "" }, outcome),
  })),
  brokenMemory("renews a lease by its name alone", own, (right) => ({
    renewLease: async ({ name }) => right.renewLease({ name, token: (await right.readLease(name))?.token ?? "" }),
  })),
  brokenMemory("renews a lease for the very object it granted", own, (right) => {
    const objects = new WeakSet<Lease>();
    return {
      async acquireLease(name, options) {
        const claim = await right.acquireLease(name, options);
        if (claim.granted) objects.add(claim.lease);
        return claim;
      },
      renewLease: async (lease) => objects.has(lease) && right.renewLease(lease),
    };
  }),
  brokenMemory("lets a lease last for a moment, whatever it is asked for", lost, (right) => ({
    acquireLease: (name) => right.acquireLease(name, { expiresAfterMs: Number.MIN_VALUE }),
  })),
  brokenMemory("lets a lease last as long as its owner, whatever it is asked for", lost, (right) => ({
    acquireLease: (name) => right.acquireLease(name),
  })),
  brokenMemory("lets a lost owner give its lease back", lost, (right) => ({
    releaseLease: async (lease, outcome) =>
      (await right.releaseLease(lease, outcome)) || (await right.readLease(lease.name))?.condition === "lost",
  })),
  brokenMemory("lets a lost owner renew its lease", lost, (right) => ({
    renewLease: async (lease) =>
      (await right.renewLease(lease)) || (await right.readLease(lease.name))?.condition === "lost",
  })),
  brokenMemory("does not prolong what it renews", prolonged, (right) => ({
    renewLease: async ({ name, token }) => {
      const state = await right.readLease(name);
      return state?.condition === "held" && state.token === token;
    },
  })),
  brokenMemory(
    "grants a lease after it has looked whether one is held",
    "of many who ask for a lease at once, one gets it",
    (right) => ({
      async acquireLease(name, options): Promise<LeaseClaim> {
        const state = await right.readLease(name);
        if (state?.condition === "held") return { granted: false, holder: state };
        await new Promise(setImmediate);
        if (state !== undefined) await right.releaseLease({ name, token: state.token });
        const claim = await right.acquireLease(name, options);
        return claim.granted ? claim : { granted: true, lease: { name, token: claim.holder.token } };
      },
    }),
  ),
  brokenMemory("takes upper and lower case of leases for one", apart, (right) => ({
    acquireLease: (name, options) => right.acquireLease(name.toLowerCase(), options),
    readLease: (name) => right.readLease(name.toLowerCase()),
  })),
  brokenMemory("cuts names of leases after 1,978 bytes", apart, (right) => ({
    acquireLease: (name, options) => right.acquireLease(name.slice(0, 1978), options),
    readLease: (name) => right.readLease(name.slice(0, 1978)),
  })),
  brokenMemory("keeps leases as blobs", apart, (right) => ({
    async acquireLease(name, options) {
      const record = { codec: "lease", byteLength: 0, checksum: "xxh64:ef46db3751d8e999", createdAt: 0 };
      await right.setBlob(name, { record, bytes: new Uint8Array(0) });
      return right.acquireLease(name, options);
    },
  })),
  brokenPair(
    "keeps leases to itself",
    "a lease held through one backend is refused by another on the same storage",
    () => {
      const ours = new MemoryCache();
      return {
        acquireLease: (name, options) => ours.acquireLease(name, options),
        readLease: (name) => ours.readLease(name),
        releaseLease: (lease, outcome) => ours.releaseLease(lease, outcome),
      };
    },
  ),
];

function withTokens(fault: string, foundBy: string, tokenOf: (token: string) => string): BrokenBackend {
  return brokenMemory(fault, foundBy, (right) => {
    const tokens = new Map<string, string>();
    const state = (known: LeaseState) => ({ ...known, token: tokenOf(known.token) });
    return {
      async acquireLease(name, options): Promise<LeaseClaim> {
        const claim = await right.acquireLease(name, options);
        if (!claim.granted) return { granted: false, holder: state(claim.holder) };
        tokens.set(name, claim.lease.token);
        return { granted: true, lease: { name, token: tokenOf(claim.lease.token) } };
      },
      releaseLease: ({ name }, outcome) => right.releaseLease({ name, token: tokens.get(name) ?? "" }, outcome),
      async readLease(name) {
        const known = await right.readLease(name);
        return known && state(known);
      },
    };
  });
}

function without(state: LeaseState | undefined, field: keyof LeaseState): LeaseState | undefined {
  return (
    state && (Object.fromEntries(Object.entries(state).filter(([name]) => name !== field)) as unknown as LeaseState)
  );
}
