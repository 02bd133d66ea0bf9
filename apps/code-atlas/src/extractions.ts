import { join } from "node:path";
import { cacheKeySymbol, type Keyed, LarderError } from "@larder/core";
import type { ExtractCache } from "@larder/typed-caches";
import { contentId } from "./content-id.js";
import { wordsOf } from "./error-words.js";
import { extractionKey, extractorOf, extractSettings } from "./extract-settings.js";
import { type Extraction, withError } from "./extraction/index.js";
import { extractorVersion } from "./extractor-version.js";
import { extractInProcesses } from "./pool/extraction-pool.js";
import type { FileFailure, PoolFile } from "./pool/pool-protocol.js";
import type { Progress } from "./progress.js";
import type { Listing, SourceFile } from "./scan/listing.js";

/** How extractions are come by. */
export interface ExtractionsOptions {
  readonly cache: ExtractCache;
  /** Absolute path of the directory of all caches, for the processes. */
  readonly cacheDirectory: string;
  readonly processes: number;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Told of each process that is started. */
  readonly onProcess?: ((processId: number) => void) | undefined;
}

/**
 * The extractions of a listing's files. It counts in keys of a pipeline as the version of the extractor: together with a listing
 * that says all that an extraction depends on.
 */
export interface Extractions extends Keyed {
  /**
   * Extracts what is in no cache yet, in several processes.
   *
   * @throws LarderError `sources-changed` when files are no longer those of the listing; `extraction-crashed`
   */
  ensure(listing: Listing): Promise<void>;
  /** The extractions of all files, by {@link contentId}; those that have gone are made anew. @throws as `ensure` */
  read(listing: Listing): Promise<ReadonlyMap<string, Extraction>>;
  /** How many sources were taken apart by this run, and how many processes it started. */
  readonly counts: { readonly extracted: number; readonly processes: number };
}

export function extractionsOf(options: ExtractionsOptions): Extractions {
  const { cache, progress } = options;
  const counts = { extracted: 0, processes: 0 };
  const known = new Map<string, Extraction>();
  const onExtract = (size: number) => {
    counts.extracted += 1;
    progress.extracted(size);
  };

  /** Reads what is not known yet; returns what is not in the cache, one file for each content. */
  const find = async (listing: Listing): Promise<SourceFile[]> => {
    const wanted = new Map<string, { readonly id: string; readonly file: SourceFile }>();
    for (const file of listing.files) {
      const id = contentId(file);
      if (!known.has(id)) wanted.set(extractionKey(file), { id, file });
    }
    if (wanted.size === 0) return [];
    const found = await (await cache.cache()).getMany<Extraction>(wanted.keys());
    for (const [key, extraction] of found) known.set(wanted.get(key)!.id, extraction);
    return [...wanted].filter(([key]) => !found.has(key)).map(([, { file }]) => file);
  };

  const extractElsewhere = async (missing: readonly SourceFile[], { root, repository }: Listing) => {
    const files = missing.map(({ path, ...file }): PoolFile => ({ ...file, path: join(root, path) }));
    progress.start(files);
    const failures = await extractInProcesses(files, {
      cacheDirectory: options.cacheDirectory,
      repository,
      extractor: extractorVersion(),
      processes: options.processes,
      signal: options.signal,
      onExtract,
      onDone: progress.done,
      onProcess(processId) {
        counts.processes += 1;
        options.onProcess?.(processId);
      },
    }).finally(progress.end);
    const unparsable = failures.filter(({ code }) => code === "parser-crashed");
    refuse(failures.filter(({ code }) => code !== "parser-crashed"));
    for (const failure of unparsable) await keepError(failure, repository);
  };

  /** What ends the parser's process is kept as any other file that can't be parsed, and is never parsed in this process. */
  const keepError = async ({ path, sha256, message }: FileFailure, repository: string) => {
    const settings = extractSettings(path, repository);
    const error = `the parser could not take it: ${message}`;
    const request = { ...settings, file: path, sha256 };
    const kept = await cache.extract<Extraction>(request, async (input) => withError(await input.bytes(), error));
    known.set(contentId({ path, sha256 }), kept);
  };

  /** What could not be stored, or has been evicted at once, is made here. */
  const extractHere = async (missing: readonly SourceFile[], { root, repository }: Listing) => {
    for (const file of missing) {
      options.signal.throwIfAborted();
      const path = join(root, file.path);
      const settings = { ...extractSettings(path, repository), signal: options.signal };
      try {
        const request = { ...settings, file: path, sha256: file.sha256 };
        known.set(contentId(file), await cache.extract(request, extractorOf(path, onExtract)));
      } catch (error) {
        refuse([{ path, sha256: file.sha256, ...wordsOf(error) }]);
      }
    }
  };

  const read = async (listing: Listing) => {
    const missing = await find(listing);
    if (missing.length > 0) {
      await extractElsewhere(missing, listing);
      await extractHere(await find(listing), listing);
    }
    return known;
  };

  return {
    counts,
    read,
    async ensure(listing) {
      await read(listing);
    },
    [cacheKeySymbol]: () => extractorVersion(),
  };
}

/** Codes of files that are not as they were listed. */
const changes = new Set(["content-changed", "ENOENT", "EACCES", "EPERM", "EISDIR", "ENOTDIR", "ELOOP"]);

function refuse(failures: readonly FileFailure[]): void {
  const [first] = failures;
  if (first === undefined) return;
  const worst = failures.find(({ code }) => !changes.has(code)) ?? first;
  const more = failures.length > 1 ? ` So are ${failures.length - 1} more.` : "";
  if (changes.has(worst.code)) {
    throw new LarderError(`${worst.path} has changed since it was listed (${worst.code}).${more} Run it again.`, {
      code: "sources-changed",
      facts: { path: worst.path, reason: worst.code },
    });
  }
  throw new LarderError(
    `${worst.path} could not be extracted: ${worst.message}. Leave it out with --exclude, or run it again.`,
    {
      code: worst.code === "extraction-crashed" ? worst.code : "extraction-failed",
      facts: { path: worst.path, reason: worst.code },
    },
  );
}
