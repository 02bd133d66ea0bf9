import type { Awaitable } from "@larder/core";
import type { RemoteAbilities, RemoteStorage } from "../remote/remote-storage.js";

/** A storage to be tested. It may hold objects already; the suite leaves those alone. */
export interface OpenedRemote {
  readonly storage: RemoteStorage;
  /** Stores an object behind its back. Needed where it can't write. */
  readonly put?: (path: string, bytes: Uint8Array) => Awaitable<void>;
  /** Forgets an object behind its back. Needed where it can't delete. */
  readonly remove?: (path: string) => Awaitable<void>;
  /** Another storage on the same bundle, as another process would have it. Without it, that is not tested. */
  readonly second?: RemoteStorage;
  readonly close?: () => Awaitable<unknown>;
}

/** Opens the storage to test. Called before each test; `close` is called after it. */
export type OpenStorage = () => Awaitable<OpenedRemote>;

/** What the suite is told about the storage it tests. */
export interface RemoteConformanceOptions {
  /**
   * What `abilities` must say. For what is not named here the tests are chosen by what the storage says, and a storage that
   * stops saying so is quietly tested less.
   */
  readonly abilities?: Partial<RemoteAbilities>;
  /** Whether conditional writes must work, where only a try tells. Default: either, but always the same. */
  readonly takesConditions?: boolean;
}
