import type { Clock } from "@larder/core";
import type { FolioStore } from "../cached/folio-store.js";
import type { FolioEvent, FolioEventListener } from "../folio-events.js";
import type { ReadManifest } from "../manifest/manifest.js";
import { parseManifest } from "../manifest/parse-manifest.js";
import { readManifest } from "../manifest/read-manifest.js";
import { serializeManifest } from "../manifest/serialize-manifest.js";
import { isUnreachable } from "../remote/remote-error.js";
import type { RemoteStorage } from "../remote/remote-storage.js";
import type { Background } from "./background.js";
import type { Invalidations } from "./invalidations.js";

/** The manifest of a bundle as this process knows it. */
export interface KnownManifest {
  /** As it is in memory; nothing is read. */
  current(): AgedManifest | undefined;
  /** What other processes have learned meanwhile counts too: looks into the store. */
  load(): Promise<AgedManifest | undefined>;
  /**
   * Asks the remote: one small request. Callers at the same time share it, so nobody's signal ends it. Where a manifest was known
   * and is not there now, the answer is an empty one ({@link isMissing}), and the known one is asked for again by the next.
   *
   * @throws RemoteError
   */
  check(): Promise<AgedManifest>;
  /** How often the remote has answered; who has just had it asked need not ask again. */
  answers(): number;
  /** Why the remote could not be reached a moment ago; `undefined` where it is to be asked. */
  failedLately(): unknown;
  /** Notes that the remote can't be reached, where that came out otherwise. */
  noteUnreachable(error: unknown): void;
  /** Takes the place of what was known; rows of changed items are invalidated. @param changedHere - see {@link Invalidations.between} */
  learn(read: ReadManifest, changedHere?: string): Promise<void>;
  /** The cache was cleared: what is known is to be kept again with the next item that is. */
  forgotten(): void;
  /** An item was kept: offline, the manifest is needed with it. */
  keepAgain(): void;
  /** Ends a check that nobody waits for any more. */
  end(): Promise<void>;
}

/** For so long, in milliseconds, a remote that can't be reached is not asked again where a copy does. */
const unreachableForMs = 10_000;

/** A manifest, and how long ago it was last confirmed. */
export interface AgedManifest {
  readonly read: ReadManifest;
  /** Absolute milliseconds. */
  readonly checkedAt: number;
  /** Negative when the clock went back since; `Infinity` when it was asked for and was not there. */
  ageSeconds(): number;
}

export interface KnownManifestOptions {
  readonly remote: RemoteStorage;
  readonly store: FolioStore;
  readonly clock: Clock;
  /** Whether what is learned is kept in the store. */
  readonly keeps: boolean;
  readonly onEvent: FolioEventListener;
  readonly invalidations: Invalidations;
  readonly background: Background;
}

export function knownManifest(options: KnownManifestOptions): KnownManifest {
  const { remote, store, clock, onEvent, invalidations, background } = options;
  const { url } = remote;
  let current: AgedManifest | undefined;
  let checking: Promise<AgedManifest> | undefined;
  let loading: Promise<AgedManifest | undefined> | undefined;
  // Counts what was learned from elsewhere, so that the answer to an older question does not replace it.
  let learned = 0;
  let answers = 0;
  let isForgotten = false;
  let unreachable: { readonly at: number; readonly error: unknown } | undefined;
  const ended = new AbortController();

  /** Within one process the age is told by the clock that never jumps. */
  function confirmedNow(read: ReadManifest): AgedManifest {
    const [checkedAt, at] = [clock.now(), clock.monotonic()];
    return { read, checkedAt, ageSeconds: () => (clock.monotonic() - at) / 1000 };
  }

  function confirmedAt(read: ReadManifest, checkedAt: number): AgedManifest {
    return { read, checkedAt, ageSeconds: () => (clock.now() - checkedAt) / 1000 };
  }

  function keep({ read, checkedAt }: AgedManifest): void {
    isForgotten = false;
    if (!options.keeps) return;
    background.run(async () => {
      const manifestText = new TextDecoder().decode(serializeManifest(read.manifest));
      const { version: manifestVersion, checksum: manifestChecksum } = read;
      await store.putBundle({ url, manifestText, manifestVersion, manifestChecksum, lastManifestCheck: checkedAt });
    });
  }

  async function loadNow(): Promise<AgedManifest | undefined> {
    const row = await background.tolerated(() => store.bundle(url));
    if (row?.manifestText === undefined || row.manifestChecksum === undefined) return current;
    const { manifestText, manifestVersion: version, manifestChecksum: checksum, lastManifestCheck = 0 } = row;
    if (current !== undefined && current.checkedAt >= lastManifestCheck) return current;
    if (current?.read.checksum === checksum) {
      current = confirmedAt(current.read, lastManifestCheck);
      return current;
    }
    try {
      const manifest = parseManifest(new TextEncoder().encode(manifestText));
      current = confirmedAt({ manifest, version, checksum }, lastManifestCheck);
    } catch {
      // A row that can't be read, such as one of a newer version, is as good as none: the remote is asked.
    }
    return current;
  }

  function load() {
    loading ??= loadNow().finally(() => {
      loading = undefined;
    });
    return loading;
  }

  async function checkNow(): Promise<AgedManifest> {
    const before = current ?? (await load());
    const question = learned;
    const answer = await ask(before);
    if (question !== learned && current !== undefined) return current;
    if (answer === "unchanged") {
      current = confirmedNow(before!.read);
    } else if (isMissing(answer) && before !== undefined && !isMissing(before.read)) {
      // It may be back in a moment: what is known stays, and is in doubt.
      if (before.ageSeconds() !== inDoubt) onEvent(manifestMissing(url));
      current = { ...before, ageSeconds: () => inDoubt };
      return confirmedNow(answer);
    } else {
      current = confirmedNow(answer);
      if (before !== undefined) await background.tolerated(() => invalidations.between(before.read, answer));
    }
    keep(current);
    return current;
  }

  async function ask(before: AgedManifest | undefined): Promise<ReadManifest | "unchanged"> {
    store.count(url, { remoteChecks: 1 });
    try {
      const answer = await readManifest(remote, { unlessVersion: before?.read.version, signal: ended.signal });
      unreachable = undefined;
      answers++;
      const unchanged = answer === "unchanged" || (answer !== undefined && answer.checksum === before?.read.checksum);
      onEvent({ type: "check", url, outcome: unchanged ? "unchanged" : "changed" });
      return answer ?? noManifest;
    } catch (error) {
      if (ended.signal.aborted) throw error;
      onEvent({ type: "check", url, outcome: "failed" });
      noteUnreachable(error);
      throw error;
    }
  }

  function noteUnreachable(error: unknown): void {
    if (isUnreachable(error)) unreachable = { at: clock.monotonic(), error };
  }

  return {
    current: () => current,
    answers: () => answers,
    noteUnreachable,
    failedLately() {
      if (unreachable === undefined || clock.monotonic() - unreachable.at >= unreachableForMs) return undefined;
      return unreachable.error;
    },
    load,
    check() {
      checking ??= checkNow().finally(() => {
        checking = undefined;
      });
      return checking;
    },
    async learn(read, changedHere) {
      learned++;
      const before = current ?? (await load());
      current = confirmedNow(read);
      keep(current);
      if (before !== undefined) await background.tolerated(() => invalidations.between(before.read, read, changedHere));
    },
    forgotten() {
      isForgotten = true;
    },
    keepAgain() {
      if (isForgotten && current !== undefined) keep(current);
    },
    async end() {
      ended.abort();
      await checking?.catch(() => undefined);
    },
  };
}

/** The age of a manifest that was not found again: it is to be asked for, however long it would do. */
const inDoubt = Number.POSITIVE_INFINITY;

/** Whether there was no manifest. */
export function isMissing({ checksum }: ReadManifest): boolean {
  return checksum === noManifest.checksum;
}

function manifestMissing(url: string): FolioEvent {
  return {
    type: "warning",
    code: "manifest-missing",
    message: `The manifest of ${url} is not there. What is cached stays, in case it comes back; clearCache forgets it.`,
    facts: { url },
  };
}

/** What a bundle has that nobody has written to yet. */
const noManifest: ReadManifest = { manifest: { formatVersion: 1, items: new Map() }, version: undefined, checksum: "" };
