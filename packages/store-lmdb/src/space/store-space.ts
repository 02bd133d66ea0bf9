import type { CacheEventListener, Clock, Xxhash } from "@larder/core";
import { systemClock } from "@larder/core";
import type { BlobAddress } from "../blob-address.js";
import type { LmdbEnvironment } from "../lmdb-environment.js";
import { type AccessLog, accessLog } from "../order/access-log.js";
import { beginOrder, countedFor } from "../order/entry-order.js";
import { countsReads } from "../order/order-rows.js";
import type { TransactionPart } from "../store-context.js";
import { type OpenFiles, openFiles } from "./open-files.js";
import { type SpaceAccount, spaceAccount } from "./space-account.js";
import type { SpaceBudget } from "./space-budget.js";
import { readStandingPolicy, type StandingPolicy, writeStandingPolicy } from "./space-policy.js";

/** A blob that was forgotten, to be told after the commit. */
export interface Gone {
  readonly key: string;
  readonly reason: "size" | "expired";
  readonly byteLength: number;
}

/** Settings of the space of one open store; the first who opens it in a thread sets them. */
export interface SpaceSettings {
  readonly clock?: Clock;
  readonly budget?: SpaceBudget;
}

/** So often a reader looks whether reads are counted. */
const lookEvery = 256;

/** What an open store knows of its space, beside the index. */
export interface StoreSpace extends TransactionPart {
  readonly account: SpaceAccount;
  readonly accessLog: AccessLog;
  readonly openFiles: OpenFiles;
  readonly clock: Clock;
  readonly budget: SpaceBudget | undefined;
  /** Who is told of evictions. */
  readonly listeners: Set<CacheEventListener>;
  /** What was evicted within this transaction. */
  readonly gone: Gone[];
  /** The policy as it is within the transaction. */
  policy(): StandingPolicy;
  /** The policy as this thread saw it last. */
  lastPolicy(): StandingPolicy;
  /** Within a transaction; see `writePolicy`. */
  setPolicy(next: StandingPolicy): void;
  /** See `firstExpiry`; `undefined`: not read yet within this transaction. */
  firstExpiry: number | undefined;
  /** Bytes that changes of this transaction have taken since it was last set to 0. */
  taken: number;
  /** An entry was read: counts for eviction, where the policy goes by reads. What was read from the index is lost. */
  noteRead(key: string, storedSequence: number): void;
  /** The file of an entry was opened. @returns to be called when it is closed */
  fileOpened(address: BlobAddress): () => void;
  /** Called when a read was noted, or a file opened or closed, that is not in the index yet. */
  onNoted: () => void;
}

/** The space of a store that was just opened. */
export function storeSpace(environment: LmdbEnvironment, xxhash: Xxhash, settings: SpaceSettings): StoreSpace {
  const clock = settings.clock ?? systemClock;
  const account = spaceAccount(environment, xxhash);
  const log = accessLog();
  const files = openFiles(() => clock.monotonic());
  const listeners = new Set<CacheEventListener>();
  let standing: StandingPolicy | undefined;
  let last: StandingPolicy | undefined;
  let isChanged = false;
  let isCountingNow = false;
  let reads = 0;
  const gone: Gone[] = [];
  /** Others may have changed the policy; a look at it must not hold on to what the index is by now. */
  const latestPolicy = () => readStandingPolicy({ read: environment.space.readLatest }, xxhash);
  const isCounting = (policy: StandingPolicy) => countsReads(countedFor(policy));
  const space: StoreSpace = {
    account,
    accessLog: log,
    openFiles: files,
    clock,
    budget: settings.budget,
    listeners,
    gone,
    firstExpiry: undefined,
    taken: 0,
    onNoted: () => {},
    policy() {
      standing ??= readStandingPolicy(environment.space, xxhash);
      return standing;
    },
    lastPolicy() {
      last ??= readStandingPolicy(environment.space, xxhash);
      return last;
    },
    setPolicy(next) {
      // Until entries have to go there is no order: it would cost every write a row that most caches never need.
      const wanted = next.orderedBy === undefined || next.evictionPolicy === "none" ? undefined : next.evictionPolicy;
      standing = next;
      if (wanted !== next.orderedBy) standing = { ...standing, ...beginOrder({ environment }, wanted) };
      else if (wanted === undefined && !countsReads(countedFor(next))) environment.usage.removeAll();
      isChanged = true;
    },
    noteRead(key, storedSequence) {
      if (reads++ % lookEvery === 0) isCountingNow = isCounting(latestPolicy());
      // Without a sequence it is not in the order.
      if (!isCountingNow || storedSequence === 0) return;
      log.note(key, storedSequence);
      if (log.size === 1) space.onNoted();
    },
    fileOpened(address) {
      const closed = files.opened(address);
      space.onNoted();
      return () => {
        closed();
        space.onNoted();
      };
    },
    begin() {
      account.begin();
      standing = undefined;
      isChanged = false;
      gone.length = 0;
      space.taken = 0;
      space.firstExpiry = undefined;
    },
    beforeCommit() {
      if (isChanged) writeStandingPolicy({ environment, xxhash }, space.policy());
      account.beforeCommit();
    },
    ended(committed) {
      if (committed && standing !== undefined) {
        last = standing;
        isCountingNow = isCounting(standing);
      }
      account.ended(committed);
      log.ended(committed);
      files.ended(committed);
      const told = committed ? gone.splice(0) : [];
      gone.length = 0;
      for (const forgotten of told) for (const listener of listeners) tell(listener, forgotten);
    },
  };
  return space;
}

/** A listener that throws does not disturb the store. */
function tell(listener: CacheEventListener, forgotten: Gone): void {
  try {
    listener({ type: "evict", ...forgotten });
  } catch {
    // Events only tell: what the listener makes of them must not change what the cache does.
  }
}
