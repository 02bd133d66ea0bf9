import type { RemoteStorage } from "../remote/remote-storage.js";
import type { OpenedRemote, RemoteConformanceOptions } from "./conformance-options.js";

/** What a test works with. */
export interface Ground {
  readonly storage: RemoteStorage;
  readonly opened: OpenedRemote;
  readonly options: RemoteConformanceOptions;
  /** A path of this run, which nobody else has. */
  path(name: string): string;
  /** Stores an object under a path of this run. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Forgets it. */
  remove(name: string): Promise<void>;
}

/** One test of the suite, before it has a storage. */
export interface TestDefinition {
  readonly name: string;
  /** Only for storages that say they can do this. */
  readonly ability?: "write" | "list" | "ranges" | "conditionalWrites";
  /** Only where a second storage was given. */
  readonly needsSecond?: boolean;
  /** Resolves to a text, why there was nothing to test, if so. */
  run(ground: Ground): Promise<unknown>;
}
