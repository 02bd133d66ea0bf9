import type { Awaitable } from "@larder/core";

/**
 * Where the objects of one bundle are kept. Paths are relative to the bundle, of parts joined by `/`, as `isRemotePath`
 * allows them. An implementation retries what is worth it (see `withRetries`), and throws `RemoteError` else; no message,
 * fact or cause of it holds a credential or a signed address.
 *
 * Conformance: `testRemoteStorage` of `@larder/folio/conformance`.
 */
export interface RemoteStorage {
  /** The address of the bundle without user, password, query and last slash. It names the bundle in the cache. */
  readonly url: string;
  readonly abilities: RemoteAbilities;
  /** What is known of an object; `undefined` when there is none. */
  head(path: string, options?: RemoteOptions): Promise<RemoteObject | undefined>;
  /** Reads an object, or a range of it. The body is read to its end, or its iterator returned; until then it holds a connection. */
  read(path: string, options?: ReadOptions): Promise<RemoteRead>;
  /**
   * Stores an object whole, or not at all.
   *
   * @throws RemoteError `remote-conflict` when the condition does not hold; `remote-no-conditions` when the service knows none
   */
  write?(path: string, body: RemoteBody, options?: WriteOptions): Promise<RemoteObject>;
  /** Forgets an object; `false` when there was none, where that can be told. */
  delete?(path: string, options?: RemoteOptions): Promise<boolean>;
  /** All objects of the bundle, in no order. */
  list?(options?: RemoteOptions): AsyncIterable<RemoteObject>;
  close?(): Awaitable<void>;
}

/** What a storage can do. The conformance suite picks its tests by it. */
export interface RemoteAbilities {
  /** It has `write` and `delete`. */
  readonly write: boolean;
  readonly list: boolean;
  /** It reads ranges. Where a service ignores a range, the storage says so by what `read` returns. */
  readonly ranges: boolean;
  /** Whether writes can be made conditional; `"probe"`: only a try tells. */
  readonly conditionalWrites: boolean | "probe";
}

export interface RemoteOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ReadOptions extends RemoteOptions {
  /**
   * First byte wanted, and the one behind the last; default: the whole. What lies behind the end of the object is cut off: the
   * body may be empty. @throws LarderError `invalid-range` for an end before the start
   */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  /** Only if it still has this version: otherwise the read is `"changed"`. */
  readonly ifVersion?: string | undefined;
  /** Only if it has another version: otherwise the read is `"unchanged"`. */
  readonly unlessVersion?: string | undefined;
}

export interface WriteOptions extends RemoteOptions {
  /** Only if the object has this version; `null`: only if there is none. */
  readonly ifVersion?: string | null | undefined;
  readonly contentType?: string | undefined;
}

/** The bytes of an object: in memory, or a file on the local disk. Read anew at each try. */
export type RemoteBody = { readonly bytes: Uint8Array } | { readonly file: string; readonly byteLength: number };

export interface RemoteObject {
  readonly path: string;
  readonly byteLength: number;
  /**
   * Different after every change; opaque. For HTTP the strong ETag with its quotes. `undefined`: the service tells none (or a
   * weak one), and ranges of two answers can't be known to belong together.
   */
  readonly version: string | undefined;
  /** Absolute time in milliseconds, if told. */
  readonly modifiedAt?: number | undefined;
}

export type RemoteRead =
  | {
      readonly status: "found";
      readonly object: RemoteObject;
      /** Which bytes the body has: those asked for, or the whole object where the service ignored the range. */
      readonly start: number;
      readonly end: number;
      /**
       * Read once. Throws RemoteError when it ends early or stalls (`remote-unreachable`), or runs over (`remote-failed`): what
       * came so far is right, and the rest can be asked for by range.
       */
      readonly body: AsyncIterable<Uint8Array>;
    }
  | { readonly status: "absent" | "unchanged" | "changed" };
