import type { ComputeClaim, ComputeLeases } from "@larder/core";

/**
 * Takes leases before they are needed, many with one commit of the backend: a commit for each would take longer than many a
 * node does. What is taken early and not used within {@link unusedAtMostMs} is given back, so that nobody is kept waiting
 * by somebody who waits.
 */
export interface ClaimsAhead {
  /**
   * Says that a lease will probably be wanted.
   *
   * @param position - of its node in the order in which nodes run
   * @param isThere - whether there is a result by now
   */
  expect(key: string, position: number, isThere: () => Promise<boolean>): void;
  /** The lease of a key, for use at once. `undefined`: leases are of no use now. */
  take(key: string): Promise<TakenClaim | undefined>;
  /** Gives back what was not used. Resolves when that has been asked for; never rejects. */
  close(): Promise<void>;
}

/** A claim; `isAbsent`: with the lease in hand it was found that there is no result. */
export type TakenClaim = ComputeClaim & { readonly isAbsent?: boolean };

/** Milliseconds a lease is kept that was taken early. */
export const unusedAtMostMs = 250;

/** How many are taken early: more while all are used, fewer when some are not. */
const firstWidth = 8;
const longestWidth = 64;

interface Expected {
  readonly key: string;
  readonly isThere: () => Promise<boolean>;
}

interface EarlyClaim {
  readonly claim: Promise<TakenClaim | undefined>;
  readonly since: number;
}

export function claimsAhead(leases: ComputeLeases, signal: AbortSignal): ClaimsAhead {
  /** Keys that will probably be wanted, by position; with holes. */
  const expected: (Expected | undefined)[] = [];
  const positions = new Map<string, number>();
  const early = new Map<string, EarlyClaim>();
  let first = 0;
  let width = firstWidth;
  let closed = false;
  let sweeping: NodeJS.Timeout | undefined;
  const givingBack = new Set<Promise<void>>();

  const claim = (key: string) => leases.claim(key, () => closed || signal.aborted);

  /** Looks whether there is a result as soon as the lease is had, so that nobody has to wait for that later. */
  async function claimAndLook({ key, isThere }: Expected): Promise<TakenClaim | undefined> {
    const claimed = await claim(key);
    if (claimed?.lease === undefined) return claimed;
    // What can't be told now is looked at later.
    return {
      ...claimed,
      isAbsent: await isThere().then(
        (there) => !there,
        () => false,
      ),
    };
  }

  function forget(key: string): void {
    const position = positions.get(key);
    if (position === undefined) return;
    positions.delete(key);
    expected[position] = undefined;
  }

  function next(): Expected | undefined {
    for (; first < expected.length; first++) {
      const found = expected[first];
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function takeEarly(): void {
    while (early.size < width) {
      const wanted = next();
      if (wanted === undefined) break;
      forget(wanted.key);
      early.set(wanted.key, { claim: claimAndLook(wanted), since: performance.now() });
    }
    if (early.size === 0 || sweeping !== undefined) return;
    sweeping = setInterval(sweep, unusedAtMostMs / 2);
    sweeping.unref();
  }

  function sweep(): void {
    const until = performance.now() - unusedAtMostMs;
    let unused = false;
    for (const [key, { claim, since }] of early) {
      if (since > until) continue;
      unused = true;
      early.delete(key);
      giveBack(claim);
    }
    if (unused) width = Math.max(1, Math.floor(width / 2));
    if (early.size === 0) stopSweeping();
  }

  function giveBack(claim: EarlyClaim["claim"]): void {
    const done = claim.then((claimed) => claimed?.lease?.release()).finally(() => givingBack.delete(done));
    givingBack.add(done);
  }

  function stopSweeping(): void {
    clearInterval(sweeping);
    sweeping = undefined;
  }

  return {
    expect(key, position, isThere) {
      if (closed || positions.has(key) || early.has(key)) return;
      positions.set(key, position);
      expected[position] = { key, isThere };
      first = Math.min(first, position);
    },
    async take(key) {
      forget(key);
      const taken = early.get(key);
      early.delete(key);
      const now: { readonly claim: EarlyClaim["claim"] } = taken ?? { claim: claim(key) };
      if (taken !== undefined) width = Math.min(longestWidth, width + 1);
      if (early.size <= width / 2) takeEarly();
      const claimed = await now.claim;
      // Somebody who had it then may have given it back.
      return taken !== undefined && claimed?.holder !== undefined ? claim(key) : claimed;
    },
    async close() {
      closed = true;
      stopSweeping();
      for (const { claim } of early.values()) giveBack(claim);
      early.clear();
      await Promise.all(givingBack);
    },
  };
}
