import type { Awaitable } from "../blob-source.js";
import { cacheKey } from "../digest/cache-key.js";
import type { CacheEventListener } from "../events.js";
import { computeTerms } from "./compute/compute-terms.js";
import type { Compute, GetOrSetOptions } from "./compute/get-or-set-options.js";

/** How a function is memoised, and its results computed and stored. */
export interface MemoizeOptions extends GetOrSetOptions {
  /** Names the function in its keys, as in `cacheKey`: letters, digits, `.`, `_`, `-`, `/`. Two functions need two names. */
  readonly name: string;
  /** Change it when the function does: results of another version are not found. */
  readonly version?: string | number;
}

/** A function whose results are cached. */
export interface Memoized<Args extends unknown[], Result> {
  (...args: Args): Promise<Result>;
  /**
   * The key of the result for these arguments.
   *
   * @throws UndigestableValueError when an argument has no digest
   */
  key(...args: Args): string;
}

/** What memoising needs of a cache. */
interface Memory {
  readonly cache: { getOrSet<T>(key: string, compute: Compute<T>, options: GetOrSetOptions): Promise<T> };
  readonly onEvent: CacheEventListener | undefined;
}

/** See `Cache.memoize`. */
export function memoizeOn<Args extends unknown[], Result>(
  { cache, onEvent }: Memory,
  fn: (...args: Args) => Awaitable<Result>,
  options: MemoizeOptions,
): Memoized<Args, Result> {
  const { name, version = null, ...given } = options;
  const prefix = `memo/${name}`;
  const callOptions: GetOrSetOptions = { origin: prefix, ...given };
  cacheKey(name); // refuses a bad name now, not at the first call
  cacheKey(prefix);
  computeTerms(callOptions); // and bad options

  const key = (...args: Args): string => cacheKey(prefix, version, args);

  const memoized = async (...args: Args): Promise<Result> => {
    let resultKey: string;
    try {
      resultKey = key(...args);
    } catch (error) {
      const message = `A call of '${name}' was not cached, because its arguments have no digest: ${(error as Error).message}`;
      onEvent?.({ type: "warning", code: "undigestable-arguments", message, cause: error });
      return fn(...args);
    }
    return cache.getOrSet(resultKey, () => fn(...args), callOptions);
  };
  return Object.assign(memoized, { key });
}
