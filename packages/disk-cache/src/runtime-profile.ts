import {
  type CacheEventListener,
  type Clock,
  type DiagnosticsLevel,
  type DiagnosticsSink,
  LarderError,
} from "@larder/core";
import type { KindCache } from "./kind-cache.js";
import { openKind } from "./open-kind.js";
import { type CacheKind, checkKind } from "./settings/cache-kind.js";
import { type CacheSettings, type CacheSettingsInput, cacheSettings } from "./settings/cache-settings.js";

/** What an application gives to its caches, beside their settings. */
export interface RuntimeProfileInput {
  /** Settings, or what they are made of. Default: those of `cacheSettings()`. */
  readonly settings?: CacheSettings | CacheSettingsInput | undefined;
  /** Default: the clock of the machine. */
  readonly clock?: Clock | undefined;
  /** Where diagnostics go. Default: nowhere, and they cost nothing. */
  readonly sinks?: readonly DiagnosticsSink[] | undefined;
  /** Default `summary`: statistics and warnings, not one event for every key. */
  readonly diagnosticsLevel?: DiagnosticsLevel | undefined;
  /** Seconds between two events of statistics, above 0; `Infinity`: only when a cache is closed. Default 60. */
  readonly statisticsEverySeconds?: number | undefined;
  /** Told of the events of all caches, with their kind. */
  readonly onEvent?: ((event: Parameters<CacheEventListener>[0], kind: CacheKind) => void) | undefined;
}

/** A profile as caches are opened with it. */
export interface ProfileParts extends Omit<RuntimeProfileInput, "settings"> {
  readonly settings: CacheSettings;
}

/**
 * Carries the settings of an application, and opens its caches: nothing else in an application needs to know where they
 * are. Frozen. Made by {@link runtimeProfile}.
 */
export interface RuntimeProfile {
  readonly settings: CacheSettings;
  readonly clock: Clock | undefined;
  readonly sinks: readonly DiagnosticsSink[];
  /**
   * The cache of a kind; the same each time, so don't close it: {@link close} does.
   *
   * @throws LarderError `profile-closed`, `invalid-kind`, `settings-conflict`, `network-file-system`, and those of `DiskCache`
   */
  cache(kind: CacheKind): Promise<KindCache>;
  /**
   * A profile that differs in some parts, for a part of an application. Settings are laid over these one by one, those of
   * `kinds` too. It is closed with this one.
   */
  child(overrides: RuntimeProfileInput): RuntimeProfile;
  /** Closes the caches it has opened and its children, and flushes the sinks, which stay open. */
  close(): Promise<void>;
}

const profiles = new WeakSet<object>();

/** @throws LarderError `invalid-settings`, `invalid-kind` */
export function runtimeProfile(input: RuntimeProfileInput = {}): RuntimeProfile {
  const { statisticsEverySeconds: period } = input;
  if (period !== undefined && !(typeof period === "number" && period > 0)) {
    throw new LarderError(
      `statisticsEverySeconds must be a number of seconds above 0, or Infinity, and it is ${String(period)}.`,
      { code: "invalid-settings", facts: { field: "statisticsEverySeconds", value: period } },
    );
  }
  const parts: ProfileParts = Object.freeze({
    ...input,
    sinks: Object.freeze([...(input.sinks ?? [])]),
    settings: cacheSettings(input.settings),
  });
  const opened = new Map<CacheKind, Promise<KindCache>>();
  const children: RuntimeProfile[] = [];
  let closing: Promise<void> | undefined;

  const checkOpen = () => {
    if (closing === undefined) return;
    throw new LarderError("The profile is closed, and opens no caches any more. Make a new one, or close it later.", {
      code: "profile-closed",
    });
  };

  async function closeAll(): Promise<void> {
    const caches = await Promise.allSettled(opened.values());
    const closed = await Promise.allSettled([
      ...children.map((child) => child.close()),
      ...caches.flatMap((cache) => (cache.status === "fulfilled" ? [cache.value.close()] : [])),
    ]);
    await Promise.allSettled(parts.sinks!.map((sink) => sink.flush?.()));
    const failed = closed.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  const profile: RuntimeProfile = Object.freeze({
    settings: parts.settings,
    clock: parts.clock,
    sinks: parts.sinks!,
    async cache(kind: CacheKind) {
      checkOpen();
      checkKind(kind);
      let opening = opened.get(kind);
      if (opening === undefined) {
        opening = openKind(kind, parts);
        opened.set(kind, opening);
        opening.catch(() => opened.delete(kind));
      }
      return opening;
    },
    child(overrides: RuntimeProfileInput) {
      checkOpen();
      const settings = laidOver(parts.settings, overrides.settings ?? {});
      const said = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
      const child = runtimeProfile({ ...parts, ...said, settings });
      children.push(child);
      return child;
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  });
  profiles.add(profile);
  return profile;
}

/** Whether something was made by {@link runtimeProfile}. */
export function isRuntimeProfile(value: object): value is RuntimeProfile {
  return profiles.has(value);
}

function laidOver(base: CacheSettings, over: CacheSettings | CacheSettingsInput): CacheSettings {
  const kinds: Record<string, object> = { ...base.kinds };
  const said = cacheSettings(over);
  for (const [kind, settings] of Object.entries(said.kinds)) kinds[kind] = { ...base.kinds[kind], ...settings };
  const { directory, kinds: _kinds, ...rest } = said;
  // A directory that was not said is the default one; it must not take the place of the parent's.
  const place = over.directory === undefined ? base.directory : directory;
  return cacheSettings({ ...base, ...rest, directory: place, kinds });
}
