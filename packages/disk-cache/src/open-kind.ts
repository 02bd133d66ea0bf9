import { join } from "node:path";
import { type CacheEventListener, diagnosticsListener, LarderError, systemClock } from "@larder/core";
import { refuseNetworkFileSystem, storeError } from "@larder/store-lmdb";
import { KindCache } from "./kind-cache.js";
import { openKindBackend } from "./open-kind-backend.js";
import { reportStatistics } from "./report-statistics.js";
import type { ProfileParts } from "./runtime-profile.js";
import { shownByteSize } from "./settings/byte-size.js";
import { type CacheKind, kindDirectory } from "./settings/cache-kind.js";
import { type KindSettings, settingsOfKind } from "./settings/cache-settings.js";
import { differences, type EffectivePolicies } from "./settings/shared-policies.js";
import { agreeOnStructure, type CacheStructure } from "./settings/structure-file.js";
import { watchPolicies } from "./settings/watch-policies.js";

/** Opens the cache of a kind, agreeing with all processes that use it on its settings. */
export async function openKind(kind: CacheKind, parts: ProfileParts): Promise<KindCache> {
  const settings = settingsOfKind(parts.settings, kind);
  const directory = join(parts.settings.directory, kindDirectory(kind));
  const structure = structureOf(directory, settings);
  const { clock, sinks = [], diagnosticsLevel, onEvent: told } = parts;
  const diagnostics = diagnosticsListener({
    cache: directory,
    kind,
    sinks,
    ...(diagnosticsLevel !== undefined && { level: diagnosticsLevel }),
    ...(clock !== undefined && { clock }),
  });
  const onEvent = both(diagnostics.onEvent, told && ((event) => told(event, kind)));
  const changed = (before: EffectivePolicies, after: EffectivePolicies) =>
    onEvent?.({ type: "warning", code: "settings-changed", message: changeText(directory, before, after) });

  const opened = await openKindBackend({ directory, structure, settings, onEvent, clock: clock ?? systemClock });
  const { backend, check } = opened;
  if (opened.changedFrom !== undefined) changed(opened.changedFrom, opened.policies);
  const policies = watchPolicies(directory, changed);
  const reports = reportStatistics(
    diagnostics,
    sinks.length === 0 ? Number.POSITIVE_INFINITY : parts.statisticsEverySeconds,
  );
  const cache = new KindCache({
    kind,
    directory,
    backend,
    check: ({ fix = false }) => check(fix),
    inForce: () => ({ ...policies.current, ...structure }),
    ...(clock !== undefined && { clock }),
    ...(settings.statistics !== undefined && { statistics: settings.statistics }),
    onEvent,
    async onClose(closing) {
      policies.stop();
      await reports.end(closing);
    },
  });
  reports.begin(cache);
  return cache;
}

function structureOf(directory: string, { shards, tagIndex, allowNetworkFileSystem }: KindSettings): CacheStructure {
  if (allowNetworkFileSystem !== true) refuseNetworkFileSystem(directory);
  try {
    return agreeOnStructure(directory, {
      ...(shards !== undefined && { shards }),
      ...(tagIndex !== undefined && { tagIndex }),
    });
  } catch (error) {
    throw LarderError.isInstance(error) ? error : storeError("prepare the cache", directory, error);
  }
}

function changeText(directory: string, before: EffectivePolicies, after: EffectivePolicies): string {
  const shown = (name: keyof EffectivePolicies, value: unknown) => {
    if (name === "sizeLimitBytes") return shownByteSize(value as number);
    return value === Number.POSITIVE_INFINITY ? "none" : String(value);
  };
  const changes = differences(before, after).map(
    (name) => `${name} from ${shown(name, before[name])} to ${shown(name, after[name])}`,
  );
  return `The settings of the cache in ${directory} were changed for all processes: ${changes.join(", ")}.`;
}

function both(
  first: CacheEventListener | undefined,
  second: CacheEventListener | undefined,
): CacheEventListener | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return (event) => {
    first(event);
    second(event);
  };
}
