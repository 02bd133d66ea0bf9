import pLimit from "p-limit";
import type { WarmOptions, WarmReport } from "../folio.js";
import {
  checkOptions,
  isCount,
  isFlag,
  isFunction,
  isListOfNames,
  isSignal,
  type OptionChecks,
} from "./check-options.js";
import type { InTurn } from "./download-item.js";
import { fetchOnly } from "./fetch-only.js";
import { inWaves } from "./in-waves.js";
import { progressTeller } from "./progress-teller.js";
import { readItem } from "./read-item.js";
import type { ReadingParts } from "./reading-parts.js";

type Counts = Omit<WarmReport, "finished">;

/**
 * For each download of small items so many are under way, whose locks are taken and whose bytes are stored together: what is
 * done at a time shares a commit, which costs more than such an item.
 */
const smallAhead = 16;

/** But no more than so many, unless more are downloaded at a time. */
const mostUnderWay = 256;

/** An item of at most so many bytes is small: those under way are all in memory. */
const smallBytes = 64 * 1024;

/**
 * See `Folio.warmCache`. What fails is reported, and the others go on; only a list of items that can't be had, or a signal,
 * ends it.
 */
export async function warmCache(parts: ReadingParts, options: WarmOptions = {}): Promise<WarmReport> {
  checkOptions(options, warmChecks);
  const { parallel = parts.settings.parallelDownloads, background = false, signal } = options;
  signal?.throwIfAborted();
  const names = options.items ?? (await includedItems(parts));
  const warming = warm(parts, [...new Set(names)], parallel, options);
  if (background) {
    const finished = reported(warming);
    // Whoever does not look at the end must not be ended by it.
    finished.catch(() => undefined);
    parts.background.run(() => finished.catch(() => undefined));
    return { downloaded: 0, alreadyCached: 0, failed: [], bytes: 0, finished };
  }
  return reported(warming);
}

const warmChecks: OptionChecks<WarmOptions> = {
  items: isListOfNames,
  background: isFlag,
  parallel: isCount,
  signal: isSignal,
  onProgress: isFunction,
};

async function reported(warming: Promise<Counts>): Promise<WarmReport> {
  const counts = await warming;
  const report: WarmReport = {
    ...counts,
    get finished() {
      return Promise.resolve(report);
    },
  };
  return report;
}

async function includedItems(parts: ReadingParts): Promise<string[]> {
  const { manifest } = await parts.manifest();
  return [...manifest.items].filter(([, item]) => item.file !== undefined).map(([name]) => name);
}

/** Small items come first: they hold their locks while they wait for the network, and are not to wait for large ones. */
async function bySize(
  parts: ReadingParts,
  names: readonly string[],
): Promise<{ readonly small: readonly string[]; readonly large: readonly string[] }> {
  // Without a list, each item tells by itself why it can't be had.
  const read = await parts.manifest().catch(() => undefined);
  const isSmall = (name: string) =>
    (read?.manifest.items.get(name)?.sizeBytes ?? Number.POSITIVE_INFINITY) <= smallBytes;
  return { small: names.filter(isSmall), large: names.filter((name) => !isSmall(name)) };
}

async function warm(
  parts: ReadingParts,
  names: readonly string[],
  parallel: number,
  options: WarmOptions,
): Promise<Counts> {
  const { signal } = options;
  const progress = progressTeller(options.onProgress, parts.clock);
  let underBytes = 0;
  const failed: { readonly item: string; readonly error: unknown }[] = [];
  const counts = { downloaded: 0, alreadyCached: 0, bytes: 0 };
  let done = 0;
  const told = (item: string, totalBytes: number | undefined) => {
    return { item, bytes: counts.bytes + underBytes, totalBytes, items: { done, of: names.length } };
  };

  async function one(item: string, inTurn?: InTurn): Promise<void> {
    if (signal?.aborted) return;
    let under = 0;
    const onProgress = ({ bytes, totalBytes }: { readonly bytes: number; readonly totalBytes: number | undefined }) => {
      underBytes += bytes - under;
      under = bytes;
      progress.tell(told(item, totalBytes));
    };
    try {
      const { outcome, bytes } = await readItem(parts, item, { signal, onProgress, inTurn }, fetchOnly);
      if (outcome === "downloaded") {
        counts.downloaded++;
        counts.bytes += bytes;
      } else counts.alreadyCached++;
    } catch (error) {
      if (!signal?.aborted) failed.push({ item, error });
    } finally {
      underBytes -= under;
      done++;
      if (done === names.length) progress.last(told(item, undefined));
      else progress.tell(told(item, undefined));
    }
  }

  const { small, large } = await bySize(parts, names);
  const atMost = Math.max(parallel, Math.min(parallel * smallAhead, mostUnderWay));
  const underWay = pLimit(atMost);
  const waves = inWaves(parallel, Math.ceil(atMost / 2));
  await Promise.all(small.map((name) => underWay(() => one(name, waves))));
  const atOnce = pLimit(parallel);
  await Promise.all(large.map((name) => atOnce(() => one(name))));
  signal?.throwIfAborted();
  return { ...counts, failed };
}
