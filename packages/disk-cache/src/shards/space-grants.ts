import type { Leases, SizeLimit } from "@larder/core";
import type { PolicyInForce, SpaceBudget, SpacePolicy } from "@larder/store-lmdb";
import { withGrantLease } from "./grant-lease.js";

/** What is needed of a shard to divide space with others. */
export interface GrantedShard extends SizeLimit, Leases {
  adjustPolicy(decide: (now: PolicyInForce) => Partial<SpacePolicy>): Promise<SpacePolicy>;
}

/** The limit of several shards together. */
export interface SpaceGrants {
  /** Where shard number `own` gets more bytes from. */
  budgetOf(own: number): SpaceBudget;
  /**
   * Divides the limit anew where the grants don't keep to it, as after the limit was lowered, or when there are none yet.
   * What a shard holds beyond its grant then goes with `cull`, or its next write.
   */
  settle(): Promise<void>;
}

/** What {@link spaceGrants} works on. */
export interface SpaceGrantsOptions {
  readonly shards: () => readonly GrantedShard[];
  /** The limit of all together as it is stored now; `Infinity`: none. */
  readonly limitBytes: () => number;
  /** Milliseconds that only run on. */
  readonly monotonic: () => number;
}

interface Share {
  readonly shard: GrantedShard;
  /** What it may take up: its own limit, which its index keeps. */
  readonly granted: number;
  /** What it takes up, reservations included. */
  readonly taken: number;
}

/** So long is asking taken to be of no use after it was. */
const exhaustedMs = 100;

/**
 * One limit over several shards. Each has a grant, which is the limit that its own index keeps, exactly and for all
 * processes; the sum of the grants never passes the limit, so neither does what all shards take up. The root that gives
 * out grants is a lease in the first shard: who holds it may change them. What is in no grant is free, and found by adding
 * up, so that nothing is lost when a process dies between taking from one shard and giving to another.
 *
 * A shard that needs more gets, in this order: what is free; what others were granted and don't use; and where it has less
 * than its even share, or must make room for something larger than all it holds, what the largest shard can evict. A shard
 * that has its even share evicts its own. So ranks are only ever compared within a shard: keys are spread evenly over
 * shards, and what one would evict next is about as old or as rarely used as what another would.
 */
export function spaceGrants({ shards, limitBytes, monotonic }: SpaceGrantsOptions): SpaceGrants {
  const exhaustedSince: (number | undefined)[] = [];

  async function shares(): Promise<Share[]> {
    return Promise.all(
      shards().map(async (shard) => {
        const { sizeBytes, reservedBytes, limitBytes: granted = Number.POSITIVE_INFINITY } = await shard.volume();
        return { shard, granted, taken: sizeBytes + reservedBytes };
      }),
    );
  }

  async function grow(own: number, missing: number): Promise<boolean> {
    if (prospect(await shares(), own, missing, limitBytes()) === "nothing") return false;
    const raised = await withGrantLease(shards()[0]!, async () => {
      const limit = limitBytes();
      if (await divide(limit)) return true;
      return raise(await shares(), own, missing, limit);
    });
    return raised ?? false;
  }

  /** Whether grants had to be made or lowered. Only with the lease. */
  async function divide(limit: number): Promise<boolean> {
    const before = await shares();
    const granted = before.reduce((sum, share) => sum + share.granted, 0);
    if (granted <= limit && Number.isFinite(granted)) return false;
    if (!Number.isFinite(limit)) {
      if (before.every((share) => share.granted === Number.POSITIVE_INFINITY)) return false;
      for (const { shard } of before) await shard.adjustPolicy(() => ({ sizeLimitBytes: undefined }));
      return true;
    }
    for (const [i, grant] of evenGrants(before, limit).entries()) {
      await before[i]!.shard.adjustPolicy(() => ({ sizeLimitBytes: grant }));
    }
    return true;
  }

  return {
    budgetOf(own) {
      return {
        isExhausted() {
          const since = exhaustedSince[own];
          return since !== undefined && monotonic() - since < exhaustedMs;
        },
        async grow(missing) {
          // What goes wrong here costs an eviction that might have been avoided, and nothing else.
          const raised = await grow(own, missing).catch(() => false);
          exhaustedSince[own] = raised ? undefined : monotonic();
          return raised;
        },
      };
    },
    async settle() {
      await withGrantLease(shards()[0]!, () => divide(limitBytes()));
    },
  };
}

/** Grants for shards that have none, or too large ones: what each takes up, or its part of that, and half of the rest. */
function evenGrants(shares: readonly Share[], limit: number): number[] {
  const taken = shares.reduce((sum, share) => sum + share.taken, 0);
  if (taken > limit) return shares.map((share) => Math.floor((limit * share.taken) / taken));
  const rest = Math.floor((limit - taken) / 2 / shares.length);
  return shares.map((share) => share.taken + rest);
}

/** What a shard keeps of what it does not use, so that two shards don't hand the last bytes to and fro. */
function cushion(limit: number, shards: number): number {
  return Math.floor(limit / shards / 32);
}

interface Prospects {
  readonly free: number;
  /** What others don't use, and need not keep. */
  readonly idle: readonly number[];
  /** Whether the largest of the others should evict for it. */
  readonly fromLargest: boolean;
}

function prospects(shares: readonly Share[], own: number, missing: number, limit: number): Prospects {
  const granted = shares.reduce((sum, share) => sum + share.granted, 0);
  const { taken } = shares[own]!;
  const total = shares.reduce((sum, share) => sum + share.taken, 0);
  const isNeedy = missing > taken;
  // Not at once below the even share, or shards would evict for each other by turns.
  const isPoor = taken < (total / shares.length) * 0.75;
  const kept = isNeedy ? 0 : cushion(limit, shares.length);
  return {
    free: Math.max(0, limit - granted),
    idle: shares.map((share, i) => (i === own ? 0 : Math.max(0, share.granted - share.taken - kept))),
    fromLargest: (isNeedy || isPoor) && shares.length > 1,
  };
}

/** Whether asking with the lease is worth it. */
function prospect(shares: readonly Share[], own: number, missing: number, limit: number): "something" | "nothing" {
  const total = shares.reduce((sum, share) => sum + share.granted, 0);
  // No limit any more, or no grants yet: to be divided anew.
  if (!Number.isFinite(total) || !Number.isFinite(limit) || total > limit) return "something";
  const { granted, taken } = shares[own]!;
  // Larger than all shards together: nothing should be evicted for it.
  if (missing + granted - taken > limit) return "nothing";
  const { free, idle, fromLargest } = prospects(shares, own, missing, limit);
  const gain = free + idle.reduce((sum, bytes) => sum + bytes, 0);
  return gain >= missing || fromLargest ? "something" : "nothing";
}

/** Takes what can be had, then gives it to the shard. Only with the lease. */
async function raise(shares: readonly Share[], own: number, missing: number, limit: number): Promise<boolean> {
  const { free, idle, fromLargest } = prospects(shares, own, missing, limit);
  const step = Math.max(missing, cushion(limit, shares.length));
  let got = Math.min(free, step);
  const donors = shares.map((share, i) => ({ ...share, idle: idle[i]! })).filter((_, i) => i !== own);
  for (const donor of donors.toSorted((a, b) => b.idle - a.idle)) {
    if (got >= missing) break;
    got += await takeFrom(donor.shard, Math.min(donor.idle, step - got));
  }
  if (got < missing && fromLargest) got += await evictFrom(donors, missing - got);
  if (got <= 0) return false;
  await shares[own]!.shard.adjustPolicy(({ sizeLimitBytes = 0 }) => ({ sizeLimitBytes: sizeLimitBytes + got }));
  return true;
}

/** Lets the shards that hold most evict so much, and takes it from them. @returns what could be had */
async function evictFrom(donors: readonly Share[], bytes: number): Promise<number> {
  let got = 0;
  for (const { shard } of donors.toSorted((a, b) => b.taken - a.taken)) {
    if (got >= bytes) break;
    const { sizeBytes } = await shard.volume();
    await shard.cull(Math.max(0, sizeBytes - (bytes - got)));
    got += await takeFrom(shard, bytes - got);
  }
  return got;
}

/** Lowers the grant of a shard by at most `bytes`, never below what it takes up. @returns by how much */
async function takeFrom(shard: GrantedShard, bytes: number): Promise<number> {
  let taken = 0;
  await shard.adjustPolicy(({ sizeLimitBytes = 0, takenBytes, reservedBytes }) => {
    taken = Math.max(0, Math.min(bytes, sizeLimitBytes - takenBytes - reservedBytes));
    return taken === 0 ? {} : { sizeLimitBytes: sizeLimitBytes - taken };
  });
  return taken;
}
