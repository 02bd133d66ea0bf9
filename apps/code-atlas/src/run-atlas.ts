import { rootError } from "@larder/app-shared";
import { cacheKey, LarderError } from "@larder/core";
import type { RuntimeProfile } from "@larder/disk-cache";
import { repoScanCache } from "@larder/typed-caches";
import { buildVersion } from "./build-version.js";
import type { AtlasOptions } from "./command-line.js";
import { type Extractions, extractionsOf } from "./extractions.js";
import { atlasProfile, openExtracts } from "./pool/open-extracts.js";
import type { Progress } from "./progress.js";
import type { AtlasReport } from "./report/atlas-report.js";
import type { Listing } from "./scan/listing.js";
import { scanSources } from "./scan/scan-sources.js";

/** What a run needs from outside. */
export interface AtlasContext {
  readonly options: AtlasOptions;
  /** Aborting it ends the run. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Told of each process that is started. */
  readonly onProcess?: ((processId: number) => void) | undefined;
}

/** What became of a step. */
export interface Step {
  readonly node: string;
  /** As in the report of a pipeline. */
  readonly decision: string;
  readonly reason: string;
  readonly seconds: number;
}

/** What a run gives. */
export interface AtlasRun {
  readonly report: AtlasReport;
  /** Files, and different contents among them. */
  readonly listing: Pick<Listing, "root" | "files">;
  /** Sources taken apart by this run, and processes it started for it. */
  readonly counts: Extractions["counts"];
  /** What became of each step that was looked at. */
  readonly steps: readonly Step[];
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

/** A listing that is out of date before it was worked on is made anew so often. */
const attempts = 3;

/**
 * Maps a repository: lists, extracts, makes tables, and sums up. The report of a listing that this very code has made before is
 * found without asking the pipeline: to tell what its nodes are made of takes longer than all the rest.
 *
 * @throws LarderError `no-sources`, `not-a-directory`, `sources-changed`, `tables-not-written`, …; the reason of `signal`
 */
export async function runAtlas(context: AtlasContext): Promise<AtlasRun> {
  const { options, signal } = context;
  const profile = atlasProfile(options.cacheDirectory);
  const { cacheDirectory, processes } = options;
  const cache = openExtracts(profile);
  // What an attempt has extracted counts, and is known to the next.
  const extractions = extractionsOf({ ...context, cache, cacheDirectory, processes });
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return await runOnce(context, profile, extractions);
      } catch (error) {
        signal.throwIfAborted();
        const root = rootError(error);
        if (attempt === attempts || !LarderError.isInstance(root, "sources-changed")) throw root;
      }
    }
  } finally {
    await profile.close();
  }
}

async function runOnce(context: AtlasContext, profile: RuntimeProfile, extractions: Extractions): Promise<AtlasRun> {
  const { options, signal } = context;
  const started = performance.now();
  const listing = await scanSources(repoScanCache({ profile }), { ...options, signal });
  const scanSeconds = (performance.now() - started) / 1000;
  const reports = await profile.cache("runtime");
  const key = cacheKey("atlas-report", listing, options.top, buildVersion());
  const known = options.tables === undefined ? await reports.get<AtlasReport>(key) : undefined;
  const common = { listing, counts: extractions.counts };
  if (known !== undefined) {
    const steps = [
      { node: "scan", decision: "no-cache", reason: "always", seconds: scanSeconds },
      { node: "report", decision: "hit", reason: "same files, same code", seconds: 0 },
    ];
    return { ...common, report: known, steps, warnings: [] };
  }
  // What is heavy is loaded when it is known to be needed.
  const { runSteps } = await import("./run-steps.js");
  const made = await runSteps({ options, signal, profile, extractions, listing });
  await reports.set(key, made.report, { tags: [`repository:${listing.repository}`] });
  return { ...common, ...made };
}
