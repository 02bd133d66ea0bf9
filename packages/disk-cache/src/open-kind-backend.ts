import { join } from "node:path";
import type { CacheBackend, CacheEventListener, Clock } from "@larder/core";
import type { CheckReport } from "@larder/store-lmdb";
import { DiskCache } from "./disk-cache.js";
import { defaultHotBudgetBytes } from "./hot-tables/hot-tables-options.js";
import type { KindSettings } from "./settings/cache-settings.js";
import {
  differences,
  type EffectivePolicies,
  effectivePolicies,
  mergePolicies,
  policiesOf,
  readPolicies,
} from "./settings/shared-policies.js";
import { agreeOnStructure, type CacheStructure, shardDirectory } from "./settings/structure-file.js";
import { checkShards } from "./shards/check-shards.js";
import { ShardedBackend } from "./shards/sharded-backend.js";
import { spaceGrants } from "./shards/space-grants.js";

/** What the backend of a kind is opened with. */
export interface KindBackendOptions {
  readonly directory: string;
  readonly structure: CacheStructure;
  readonly settings: KindSettings;
  readonly onEvent: CacheEventListener | undefined;
  readonly clock: Clock;
}

/** The backend of a kind, with its policies in force. */
export interface KindBackend {
  readonly backend: CacheBackend;
  readonly policies: EffectivePolicies;
  /** What the policies were, where this opening has changed them. */
  readonly changedFrom: EffectivePolicies | undefined;
  readonly check: (fix: boolean) => Promise<CheckReport>;
}

/** Opens the backend of a kind, and brings the policies into force that were said. */
export async function openKindBackend(options: KindBackendOptions): Promise<KindBackend> {
  const opened = options.structure.shards === 1 ? openWhole(options) : openShards(options);
  try {
    return await opened.prepare();
  } catch (error) {
    await opened.backend.close();
    throw error;
  }
}

interface Opened {
  readonly backend: DiskCache | ShardedBackend<DiskCache>;
  readonly prepare: () => Promise<KindBackend>;
}

function openWhole(options: KindBackendOptions): Opened {
  const { directory } = options;
  const backend = new DiskCache({ ...diskOptions(options), directory });
  return {
    backend,
    async prepare() {
      const { policies, changedFrom } = await agreeOnPolicies(backend, options);
      await shrinkTo(policies, changedFrom, backend);
      return { backend, policies, changedFrom, check: (fix) => backend.check({ fix }) };
    },
  };
}

function openShards(options: KindBackendOptions): Opened {
  const { directory, structure, clock } = options;
  const limitBytes = () => effectivePolicies(readPolicies(directory)).sizeLimitBytes;
  const grants = spaceGrants({ shards: () => shards, limitBytes, monotonic: () => clock.monotonic() });
  const shards = Array.from({ length: structure.shards }, (_, i) => {
    const place = join(directory, shardDirectory(i));
    // Each shard says for itself whether it has a tag index.
    agreeOnStructure(place, { shards: 1, tagIndex: structure.tagIndex });
    return new DiskCache({ ...diskOptions(options), directory: place, budget: grants.budgetOf(i) });
  });
  const backend = new ShardedBackend({
    shards,
    limitBytes() {
      const limit = limitBytes();
      return limit === Number.POSITIVE_INFINITY ? undefined : limit;
    },
  });
  return {
    backend,
    async prepare() {
      const { policies, changedFrom } = await agreeOnPolicies(shards[0]!, options);
      const { evictionPolicy, cullLimit } = policies;
      await Promise.all(shards.slice(1).map((shard) => shard.adjustPolicy(() => ({ evictionPolicy, cullLimit }))));
      await grants.settle();
      await shrinkTo(policies, changedFrom, backend);
      return { backend, policies, changedFrom, check: (fix) => checkShards(shards, fix) };
    },
  };
}

function diskOptions({ settings, structure, onEvent, clock }: KindBackendOptions) {
  const { durability, inlineLimitBytes, allowNetworkFileSystem } = settings;
  const { tables = "hot", hotTableBytes = defaultHotBudgetBytes } = settings;
  return {
    clock,
    policyWhenUnset: {},
    tagIndex: structure.tagIndex,
    ...(durability !== undefined && { durability }),
    ...(inlineLimitBytes !== undefined && { inlineLimitBytes }),
    ...(allowNetworkFileSystem !== undefined && { allowNetworkFileSystem }),
    ...(onEvent !== undefined && { onEvent }),
    // Shards know nothing of one another: each has its even share.
    ...(tables === "by-use"
      ? { hotTables: { budgetBytes: hotTableBytes / structure.shards } }
      : { parquet: { profile: tables } }),
  };
}

/** Stores what was said and brings what is stored into force, as one step of one index: the last to say something wins. */
async function agreeOnPolicies(
  index: DiskCache,
  { directory, settings, structure }: KindBackendOptions,
): Promise<{ readonly policies: EffectivePolicies; readonly changedFrom: EffectivePolicies | undefined }> {
  let before: EffectivePolicies | undefined;
  let after: EffectivePolicies | undefined;
  await index.adjustPolicy(({ isSet }) => {
    // May run again after it has changed the file; what was before that counts.
    before ??= isSet ? effectivePolicies(readPolicies(directory)) : undefined;
    after = effectivePolicies(mergePolicies(directory, policiesOf(settings)));
    const { sizeLimitBytes, evictionPolicy, cullLimit } = after;
    const limit = sizeLimitBytes === Number.POSITIVE_INFINITY ? undefined : sizeLimitBytes;
    // In shards, the limit of the index is its grant.
    return { evictionPolicy, cullLimit, ...(structure.shards === 1 && { sizeLimitBytes: limit }) };
  });
  const isChanged = before !== undefined && differences(before, after!).length > 0;
  return { policies: after!, changedFrom: isChanged ? before : undefined };
}

/** Evicts at once what is over a limit that was lowered just now. */
async function shrinkTo(
  { sizeLimitBytes }: EffectivePolicies,
  before: EffectivePolicies | undefined,
  backend: Pick<DiskCache, "cull">,
): Promise<void> {
  if (before !== undefined && before.sizeLimitBytes > sizeLimitBytes) await backend.cull(sizeLimitBytes);
}
