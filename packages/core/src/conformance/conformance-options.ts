import type { CacheBackend } from "../backend.js";
import type { Awaitable } from "../blob-source.js";
import type { BackendCapabilities } from "../capabilities/index.js";
import type { EvictionPolicy } from "../eviction/eviction-policy.js";

/**
 * Makes the backend to test. Called before each test; it may return a new backend or always the same. A new one is
 * closed once the next has been made.
 */
export type MakeBackend = () => Awaitable<CacheBackend>;

/** What the suite is told about the backend it tests. */
export interface ConformanceOptions {
  /**
   * What `supports` must say: `true`, the capability must be declared; `false`, it must not be, and its tests are left
   * out. For what is not named here the tests are chosen by what the backend declares, and a backend that stops
   * declaring it is quietly tested less.
   */
  readonly capabilities?: BackendCapabilities;
  /** Only the tests that show most in a moment. Default: all. */
  readonly brief?: boolean;
  /**
   * Whether `clear()` may be called. `true`: the backend was made for this test and may be emptied. `false`: never.
   * Default: only when the backend is an entry index that lists the keys of this run and no others. An index does not
   * list signatures, so a backend that holds only signatures worth keeping needs `false`.
   */
  readonly mayClear?: boolean;
  /** Opens the storage of a backend again, after the suite has closed it. Without it, that is not tested. */
  readonly reopen?: (closed: CacheBackend) => Awaitable<CacheBackend>;
  /** A second backend on the storage of the first, as another process would have. Without it, that is not tested. */
  readonly second?: (first: CacheBackend) => Awaitable<CacheBackend>;
  /**
   * A backend on a storage of its own, empty, with a limit in bytes and an eviction policy. The suite closes it. Blobs of
   * some hundred bytes must be such that one which replaces another needs no room for both. Without this option, what a
   * limit does is not tested.
   */
  readonly withSizeLimit?: (sizeLimitBytes: number, evictionPolicy: EvictionPolicy) => Awaitable<CacheBackend>;
}
