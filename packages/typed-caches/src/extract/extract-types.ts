import type { Awaitable } from "@larder/core";
import type { TypedCache, TypedCacheOptions } from "../cache/typed-cache-options.js";

/** What to extract from: a file, bytes, or content that is named by its digest alone. At least one of the three. */
export interface ExtractSource {
  /** Path of a file. */
  readonly file?: string | undefined;
  /** The content itself. */
  readonly bytes?: Uint8Array | undefined;
  /** SHA-256 of the content, 64 lower-case hexadecimal digits, if it is known: what is given beside it is read only on a miss, and checked then. */
  readonly sha256?: string | undefined;
}

/** What is the same for all sources of one call. */
export interface ExtractSettings {
  /** What is extracted, such as `symbols/typescript`: any text that is not empty. */
  readonly kind: string;
  /** All that the result depends on beside the content: settings of the extractor and its version. Default: none. */
  readonly options?: unknown;
  /** Which repository the files belong to, for `repositoryChanged`. */
  readonly repository?: string | undefined;
  /** Seconds; default: that of the cache. */
  readonly ttlSeconds?: number | undefined;
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** What an extractor is handed. */
export interface ExtractInput {
  readonly kind: string;
  /** SHA-256 of the content. */
  readonly sha256: string;
  /** The path it was asked for by, if any. A result must not depend on it: the same content elsewhere has the same result. */
  readonly file: string | undefined;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
  /** The content, checked against `sha256`. */
  bytes(): Promise<Uint8Array>;
  /** The content as UTF-8 text. */
  text(): Promise<string>;
}

/** Makes the result from the content; of nothing else than that and the options. */
export type Extractor<Value> = (input: ExtractInput) => Awaitable<Value>;

/** What became of one source of `extractMany`. */
export type ExtractOutcome<Value, Source extends ExtractSource = ExtractSource> =
  | {
      readonly ok: true;
      readonly source: Source;
      readonly sha256: string;
      readonly hit: boolean;
      readonly value: Value;
    }
  | { readonly ok: false; readonly source: Source; readonly sha256: string | undefined; readonly error: unknown };

/** How `extractMany` goes about it. */
export interface ExtractManySettings extends ExtractSettings {
  /** Extractions at the same time, 1 or more; default 16. */
  readonly concurrency?: number | undefined;
}

export type ExtractCacheOptions = TypedCacheOptions;

/** Results of extractors by content: one extraction per file, over all threads and processes that share the cache. */
export interface ExtractCache extends TypedCache {
  /**
   * The result for one source, extracted unless it is there.
   *
   * @throws LarderError `invalid-option`, `invalid-sha256`, `content-changed`; what the extractor throws, and what `fs` throws
   */
  extract<Value>(request: ExtractSettings & ExtractSource, extractor: Extractor<Value>): Promise<Value>;
  /**
   * The results for many sources, in their order. All that are there are read first, in one go. A source that fails fails alone.
   * Sources of the same content share one result object.
   *
   * @throws LarderError `invalid-option`; the reason of `signal`
   */
  extractMany<Value, Source extends ExtractSource = ExtractSource>(
    sources: readonly Source[],
    settings: ExtractManySettings,
    extractor: Extractor<Value>,
  ): Promise<ExtractOutcome<Value, Source>[]>;
  /** SHA-256 of a file, remembered by size, times and inode. @throws what `fs` throws */
  sha256OfFile(file: string): Promise<string>;
  /** Forgets what was extracted for a repository. @returns how many results */
  repositoryChanged(repository: string): Promise<number>;
  /** Forgets what was extracted with these options. @returns how many results */
  optionsChanged(options: unknown): Promise<number>;
}
