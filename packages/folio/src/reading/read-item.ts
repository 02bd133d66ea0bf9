import type { CachedItem } from "../cached/folio-store.js";
import type { GetOptions } from "../folio.js";
import type { MissReason } from "../folio-events.js";
import { invalidOption } from "../invalid-option.js";
import type { ManifestItem } from "../manifest/manifest.js";
import { askManifest, askObject, couldNotAsk, listedItemOf, type ReadingSoFar } from "./ask-remote.js";
import { cacheIsUnused, decide, isFresh } from "./decide.js";
import type { InTurn } from "./download-item.js";
import { type FetchRequest, fetchItem } from "./fetch-item.js";
import type { ObjectSeen } from "./invalidations.js";
import type { ItemUse } from "./item-use.js";
import type { AgedManifest } from "./known-manifest.js";
import { preferredShared, readCopy, touchCopy } from "./local-copy.js";
import { type Answers, type CallState, callState, copyState, stateOf } from "./read-call.js";
import { changedTooOften, mismatch, notCachedOffline, tooStale } from "./read-errors.js";
import { ageOf, largeItem, staleCopy } from "./read-warnings.js";
import { keepsRows, type ReadingParts } from "./reading-parts.js";
import { asListed } from "./row-by-manifest.js";
import { ObjectGoneError, WrongBytesError } from "./transfer-errors.js";

/** How an item is read. */
export interface ReadOptions extends Omit<GetOptions, "columns" | "where"> {
  /** Download it although the copy is right. */
  readonly force?: boolean | undefined;
  /** The manifest has been asked for just now. */
  readonly manifestAsked?: boolean | undefined;
  /** Fail where a stale copy would do. */
  readonly noFallback?: boolean | undefined;
  /** See `DownloadRequest`. */
  readonly inTurn?: InTurn | undefined;
}

/** No call decides more often. */
const mostRounds = 12;

/**
 * Reads an item from where it is to come: decides, does what was decided, and decides again with what came of it.
 *
 * @throws LarderError `unknown-item`; CacheError; ChecksumMismatchError; RemoteError; the reason of the signal
 */
export async function readItem<Result>(
  parts: ReadingParts,
  name: string,
  options: ReadOptions,
  use: ItemUse<Result>,
): Promise<Result> {
  const reading = new ItemReading(parts, name, options, use);
  return reading.result();
}

/** One reading: what is known so far, and the steps. */
class ItemReading<Result> implements ReadingSoFar {
  readonly call: CallState;
  readonly answers: Answers = { manifest: "not-asked", object: "not-asked" };
  row: CachedItem | undefined;
  known: AgedManifest | undefined;
  problem: unknown;
  seen: ObjectSeen | undefined;
  private missReason: MissReason | undefined;
  private missed = false;
  /** What was downloaded into the cache was not there any more. */
  private lostAtOnce = false;
  private failures = { wrong: 0, gone: 0 };

  constructor(
    readonly parts: ReadingParts,
    readonly name: string,
    private readonly options: ReadOptions,
    private readonly use: ItemUse<Result>,
  ) {
    if (typeof name !== "string") throw invalidOption("name", "the name of an item", name);
    this.call = callState(parts, options);
    if (options.manifestAsked === true) this.answers.manifest = "answered";
  }

  get signal(): AbortSignal | undefined {
    return this.options.signal;
  }

  async result(): Promise<Result> {
    await this.look();
    for (let round = 0; round < mostRounds; round++) {
      const outcome = await this.step();
      if (outcome !== undefined) return outcome.result;
      this.signal?.throwIfAborted();
    }
    throw changedTooOften(this.parts.remote.url, this.name);
  }

  /** Finds what is there already. Only where the row and what is in memory do not do, the manifest is read from the store. */
  private async look(): Promise<void> {
    const { store, known, remote, background } = this.parts;
    this.known = known.current();
    if (!cacheIsUnused(this.call)) {
      this.row = await background.tolerated(() => store.item(remote.url, this.name));
    }
    const item = this.known?.read.manifest.items.get(this.name);
    const copy = this.row && copyState(this.row, item, this.known, this.parts);
    const differs = copy?.match === "differs";
    if (copy !== undefined && !differs && isFresh(copy.ageSeconds, this.call)) return;
    // A copy that differs may be what another process has learned of meanwhile.
    if (isFresh(this.known?.ageSeconds(), this.call) && !differs && !this.call.offline) return;
    if (!this.parts.switchedOff) this.known = await known.load();
  }

  private async step(): Promise<{ readonly result: Result } | undefined> {
    const { parts, call, answers, row, known, name } = this;
    const decision =
      this.options.force === true && answers.manifest === "answered"
        ? ({ step: "download", reason: "forced" } as const)
        : decide(stateOf(parts, call, answers, { row, known, name }));
    switch (decision.step) {
      case "local":
        return this.local(row!, decision);
      case "check-manifest":
        return askManifest(this);
      case "check-object":
        return askObject(this, row!);
      case "download":
        return this.fetched(decision.reason, true);
      case "pass-through":
        return this.fetched(decision.reason, false);
      case "fail":
        return this.failed(decision.code);
    }
  }

  private async local(row: CachedItem, { stale = false, warn = false, downloaded = false }) {
    const { parts, name, use, call, answers } = this;
    const { remote, onEvent } = parts;
    const preferred = await preferredShared(parts, row, this.known, use);
    if (preferred !== undefined) {
      this.countHit(stale);
      return preferred;
    }
    const listed = asListed(row, this.known, parts.clock);
    if (listed.kind !== row.kind) parts.invalidations.tell(row, listedItemOf(this));
    const outcome = await readCopy(parts, listed, use, { strict: call.strict, downloaded });
    if ("lost" in outcome) {
      this.row = undefined;
      this.missReason = outcome.lost;
      return undefined;
    }
    if (warn) onEvent(staleCopy(parts, row, this.problem !== undefined));
    if (!this.missed) onEvent({ type: "hit", url: remote.url, item: name, stale, from: "local" });
    if (!keepsRows(parts)) return outcome;
    this.countHit(stale);
    await touchCopy(parts, row, this.known, answers.object === "answered");
    return outcome;
  }

  private async fetched(reason: MissReason, caches: boolean) {
    const { parts, name, options, use, row, known, answers } = this;
    // Somebody may have added it since the manifest was last seen.
    if (!known?.read.manifest.items.has(name) && answers.manifest === "not-asked") return askManifest(this);
    const item = listedItemOf(this);
    if (reason === "changed" && row !== undefined) parts.invalidations.tell(row, item, this.seen);
    const request: FetchRequest = {
      name,
      item,
      row,
      confirmedAt: known!.checkedAt,
      caches,
      pastCache: this.lostAtOnce,
      force: options.force === true,
      objectChanged: answers.object === "changed",
      tooLarge: reason === "too-large",
      signal: options.signal,
      onProgress: options.onProgress,
      inTurn: options.inTurn,
      onMiss: () => this.announceMiss(this.missReason ?? reason, item),
    };
    try {
      const came = await fetchItem(parts, request, use);
      if (came.row !== undefined || came.from === "stored") parts.known.keepAgain();
      if (came.row === undefined) {
        if (came.from === "shared") this.countHit();
        if (came.from === "stored" && keepsRows(parts)) parts.store.touch(parts.remote.url, name);
        return came;
      }
      this.row = came.row;
      const outcome = await this.local(came.row, { downloaded: came.downloaded });
      // Evicted before it was read, say: the next round reads it past the cache, which would lose it again.
      this.lostAtOnce = outcome === undefined && came.downloaded;
      return outcome;
    } catch (error) {
      await this.fetchFailed(error, item);
      return undefined;
    }
  }

  private announceMiss(reason: MissReason, item: ManifestItem): void {
    const { parts, name } = this;
    const { url } = parts.remote;
    if (this.missed) return;
    this.missed = true;
    parts.onEvent({ type: "miss", url, item: name, reason });
    if (keepsRows(parts)) parts.store.count(url, { misses: 1 });
    if (reason === "too-large") parts.onEvent(largeItem(url, name, item));
  }

  /** What was missed before is no hit, wherever it comes from then. */
  private countHit(stale = false): void {
    const { parts } = this;
    if (this.missed || !keepsRows(parts)) return;
    parts.store.count(parts.remote.url, stale ? { hits: 1, staleHits: 1 } : { hits: 1 });
  }

  /** What is worth a second try gets one, with the manifest as it is now. Throws otherwise. */
  private async fetchFailed(error: unknown, item: ManifestItem): Promise<void> {
    const { parts, name, failures, call } = this;
    const { url } = parts.remote;
    if (error instanceof WrongBytesError) {
      const final = mismatch(url, name, error.facts);
      parts.onEvent({ type: "warning", code: final.code, item: name, message: final.message, facts: final.facts });
      if (call.strict || ++failures.wrong >= 2) throw final;
    } else if (error instanceof ObjectGoneError) {
      if (++failures.gone >= 2) throw error;
    } else {
      return couldNotAsk(this, error);
    }
    await askManifest(this);
    // Without an answer, the item is tried again as it is known.
    if (this.answers.manifest === "unreachable" && item !== undefined) this.answers.manifest = "answered";
  }

  private async failed(
    code: "not-cached-offline" | "too-stale" | "unreachable",
  ): Promise<{ readonly result: Result } | undefined> {
    const { parts, name, row, use } = this;
    const { url } = parts.remote;
    const item = this.known?.read.manifest.items.get(name);
    const shared = item && (await parts.shared?.bytes(name, item));
    if (shared !== undefined) {
      this.countHit();
      return { result: await use.fromBytes(shared, { kind: item!.kind, vouched: true }) };
    }
    if (code === "not-cached-offline") throw notCachedOffline(url, name);
    if (code === "unreachable") throw this.problem;
    throw tooStale(url, name, ageOf(row, parts), this.call.maxStaleAgeSeconds, this.problem);
  }
}
