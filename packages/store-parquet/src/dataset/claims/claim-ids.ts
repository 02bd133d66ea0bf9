import { setTimeout as delay } from "node:timers/promises";
import { type Clock, currentOwner, LarderError, systemClock } from "@larder/core";
import { intersectIds, subtractIds, uniteIds } from "../ids/combine-id-sets.js";
import { emptyIds, type IdSet } from "../ids/id-set.js";
import type { NumberedTarget } from "../log/numbered-files.js";
import { claimFiles, type LiveClaims } from "./claim-files.js";
import type { Claim } from "./claim-format.js";
import { waitForChange } from "./wait-for-change.js";

/** Tells processes what others are fetching, so that each id is fetched once. Only hints: wrong ones make work, and no wrong answers. */
export interface Claims {
  /**
   * Claims what nobody else is fetching with all of these columns.
   *
   * @throws LarderError `claims-busy`, `disk-full`, `write-failed`
   */
  claim(keys: IdSet, columns: readonly string[]): Promise<HeldClaim>;
}

/** What a claim came to. */
export interface HeldClaim {
  /** Nobody else is fetching these. */
  readonly mine: IdSet;
  /** Others are. */
  readonly others: IdSet;
  /**
   * Resolves once one of the others has ended, or died; at once where there are none. Rejects with the signal's reason.
   */
  othersMoved(signal?: AbortSignal): Promise<void>;
  /** Gives back what is `mine`. Doing so twice does nothing more. */
  release(): Promise<void>;
}

/** How claims are made. */
export interface ClaimsOptions {
  readonly clock?: Clock;
  /** From 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Waits for some milliseconds; replaced in tests. Rejects when the signal aborts. */
  readonly wait?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Replaced in tests: the name others see. Default: `currentOwner()`. */
  readonly owner?: string;
  /** Replaced in tests. */
  readonly link?: NumberedTarget["link"];
}

/** A claim that is held longer is renewed, for those who can't tell whether its owner lives. */
const renewMs = 20_000;

const mostAttempts = 200;
const longestWaitMs = 20;

/** @param directory - of the dataset */
export function claims(directory: string, options: ClaimsOptions = {}): Claims {
  const { clock = systemClock, random = Math.random, owner, link } = options;
  const wait = options.wait ?? ((ms: number, signal?: AbortSignal) => delay(ms, undefined, signal && { signal }));
  const target: NumberedTarget = {
    directory: `${directory}/claims`,
    temporary: `${directory}/tmp`,
    durability: "process",
    ...(link && { link }),
  };
  const files = claimFiles(target, clock);

  const held = (keys: IdSet, overlapping: readonly Claim[], own: Claim | undefined): HeldClaim => {
    const mine = own?.keys ?? emptyIds;
    const timer = own && setInterval(() => void files.renew(own).catch(() => undefined), renewMs);
    timer?.unref();
    let released: Promise<void> | undefined;
    return {
      mine,
      others: subtractIds(keys, mine),
      async othersMoved(signal) {
        signal?.throwIfAborted();
        const haveMoved = async () => {
          const live = await Promise.all(overlapping.map((claim) => files.isLive(claim)));
          return live.includes(false) || live.length === 0;
        };
        await waitForChange(target.directory, haveMoved, wait, signal);
      },
      release() {
        clearInterval(timer);
        released ??= own === undefined ? Promise.resolve() : files.end(own);
        return released;
      },
    };
  };

  return {
    async claim(keys, columns) {
      for (let attempt = 0; attempt < mostAttempts; attempt++) {
        const live = await files.live();
        const overlapping = overlappingClaims(live, keys, columns);
        const taken = overlapping.reduce((ids, claim) => uniteIds(ids, claim.keys), emptyIds);
        const free = subtractIds(keys, taken);
        if (free.size === 0) return held(keys, overlapping, undefined);
        const own = await files.make(live, { owner: owner ?? currentOwner(), columns, keys: free });
        if (own !== undefined) return held(keys, overlapping, own);
        if (attempt > 0) await wait(random() * Math.min(longestWaitMs, 2 ** attempt));
      }
      throw new LarderError(
        `Others claimed rows of the dataset in ${directory} each of the ${mostAttempts} times this process tried to. Fetch them without a claim.`,
        { code: "claims-busy", facts: { directory } },
      );
    },
  };
}

/** Claims of some of these keys whose fetch brings all of these columns. */
function overlappingClaims({ claims: live }: LiveClaims, keys: IdSet, columns: readonly string[]): Claim[] {
  return live.filter((claim) => {
    const brought = new Set(claim.columns);
    return columns.every((column) => brought.has(column)) && intersectIds(claim.keys, keys).size > 0;
  });
}
