import type { Awaitable } from "@larder/core";
import { invalidOption } from "../cache/invalid-option.js";
import { joinedKey, tagOf } from "../cache/key-part.js";
import type { TypedCache, TypedCacheOptions } from "../cache/typed-cache-options.js";
import { usedCache } from "../cache/used-cache.js";

/** What names a plan. Each is a digest, or any other text that is not empty. */
export interface PlanId {
  /** Of what is asked for. */
  readonly planHash: string;
  /** Of the connection it is made for: address, user, settings. */
  readonly profileHash: string;
  /** Of the Substrait form it was made from, or of whatever else the planner is given. */
  readonly substraitHash: string;
  /** Of the rules it was made under; no part of the key: a plan that was made under others is a miss, and replaced. */
  readonly policyHash?: string | undefined;
}

/** More tags, such as `dependentTag` of a schema cache gives them. */
export interface PlanTags {
  readonly tags?: readonly string[] | undefined;
}

/** Plans as bytes. */
export interface PlanCache extends TypedCache {
  /** The bytes, or `undefined` when they are not there. */
  get(id: PlanId): Promise<Uint8Array | undefined>;
  /** @throws LarderError `invalid-option` when `plan` is no `Uint8Array`; as `Cache.set` */
  set(id: PlanId, plan: Uint8Array, options?: PlanTags): Promise<void>;
  /** The bytes, built unless they are there: once over all threads and processes that share the cache. @throws what `build` throws */
  getOrBuild(id: PlanId, build: () => Awaitable<Uint8Array>, options?: PlanTags): Promise<Uint8Array>;
  /** Forgets the plans made for a profile. @returns how many */
  profileChanged(profileHash: string): Promise<number>;
  /** Forgets the plans made under a policy. @returns how many */
  policyChanged(policyHash: string): Promise<number>;
}

/** `plan:{planHash}:{profileHash}:{substraitHash}`. @throws LarderError `invalid-key-part` */
export function planKey({ planHash, profileHash, substraitHash }: PlanId): string {
  return joinedKey("plan", { planHash, profileHash, substraitHash });
}

/**
 * A cache of plans. Tags: `profile:<profileHash>` and, where the id has one, `policy:<policyHash>`. Without `ttlSeconds` they are
 * kept until evicted.
 *
 * @throws LarderError `invalid-option`
 */
export function planCache(options: TypedCacheOptions = {}): PlanCache {
  const { cache, close, ttlSeconds } = usedCache("plan", options);

  const stored = ({ profileHash, policyHash }: PlanId, { tags = [] }: PlanTags = {}) => {
    const ofPolicy = policyHash === undefined ? [] : [policyTag(policyHash)];
    return { ttlSeconds, tags: [profileTag(profileHash), ...ofPolicy, ...tags] };
  };

  async function get(id: PlanId): Promise<Uint8Array | undefined> {
    const entry = await (await cache()).entry(planKey(id));
    if (entry === undefined) return undefined;
    try {
      const { policyHash } = id;
      if (policyHash !== undefined && !entry.record.tags?.includes(policyTag(policyHash))) return undefined;
      const found = await entry.value().catch(() => undefined);
      // A plan is bytes or it is none: what another program keeps under the same key is not handed out.
      return found instanceof Uint8Array ? found : undefined;
    } finally {
      await entry.close();
    }
  }

  async function getOrBuild(id: PlanId, build: () => Awaitable<Uint8Array>, tags?: PlanTags): Promise<Uint8Array> {
    const known = await get(id);
    if (known !== undefined) return known;
    const key = planKey(id);
    const used = await cache();
    // Whatever is there by now was made under another policy, unless somebody has just built it.
    if (id.policyHash !== undefined && (await used.has(key)) && (await get(id)) === undefined) await used.delete(key);
    let builtHere = false;
    const plan = await used.getOrSet<unknown>(
      key,
      async () => {
        builtHere = true;
        return checkedPlan(await build());
      },
      stored(id, tags),
    );
    if (builtHere) return plan as Uint8Array;
    // Of who builds for another policy at the same time, each takes only what is its own.
    const shared = await get(id);
    if (shared !== undefined) return shared;
    const own = checkedPlan(await build());
    await used.set(key, own, stored(id, tags));
    return own;
  }

  return Object.freeze({
    cache,
    close,
    get,
    getOrBuild,
    async set(id: PlanId, plan: Uint8Array, tags?: PlanTags) {
      await (await cache()).set(planKey(id), checkedPlan(plan), stored(id, tags));
    },
    async profileChanged(profileHash: string) {
      return (await cache()).evictTag(profileTag(profileHash));
    },
    async policyChanged(policyHash: string) {
      return (await cache()).evictTag(policyTag(policyHash));
    },
  });
}

const profileTag = (hash: string) => tagOf("profile", "profileHash", hash);
const policyTag = (hash: string) => tagOf("policy", "policyHash", hash);

function checkedPlan(plan: unknown): Uint8Array {
  if (plan instanceof Uint8Array) return plan;
  throw invalidOption("plan", "a Uint8Array", plan);
}
