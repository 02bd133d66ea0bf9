import { findCaches } from "../../caches/find-caches.js";
import { withCache } from "../../caches/open-cache.js";
import { shownPath, shownType } from "../../caches/shown-cache.js";
import { UsageError } from "../../failures/usage-error.js";
import { counted, formatSize } from "../../output/format-quantity.js";
import { exitCodes } from "../command.js";
import type { CommandContext } from "../command-context.js";
import { run as showConfig } from "../config.js";

export async function run(context: CommandContext): Promise<number> {
  const { given } = context;
  const maxSize = given.number("max-size");
  const [enable, disable] = [given.has("enable"), given.has("disable")];
  if (enable && disable) throw new UsageError("Say --enable or --disable, not both.");
  if (given.text("directory") !== undefined) {
    if (enable || disable)
      throw new UsageError("--enable and --disable are for all caches of bundles, not for one --directory.");
    return maxSize === undefined ? showConfig(context) : limitCaches(maxSize, context);
  }
  if (maxSize === undefined && !enable && !disable) return showConfig(context);
  return changeFile(
    { ...(maxSize !== undefined && { maxCacheSizeBytes: maxSize }), ...((enable || disable) && { enabled: enable }) },
    context,
  );
}

async function changeFile(
  set: { readonly maxCacheSizeBytes?: number; readonly enabled?: boolean },
  { output, surroundings }: CommandContext,
): Promise<number> {
  const { changeConfigFile, configFilePath, effectiveSettings, settingValue } = await import("@larder/folio");
  const { environment } = surroundings;
  const { path, changed } = await changeConfigFile(configFilePath(environment), { set });
  const { settings, sources } = effectiveSettings({ env: environment });
  const names = Object.keys(set);
  const inForce = names.map((name) => ({
    name,
    value: settingValue(settings, name),
    source: sources[name] ?? "default",
  }));
  output.document({ file: path, changed, inForce });
  output.line(
    changed.length === 0
      ? `${output.safe(path)} says so already.`
      : `Changed ${names.join(", ")} in ${output.safe(path)}.`,
  );
  for (const { name, value, source } of inForce) {
    if (source === "file") continue;
    output.note(`${name} is ${String(value)} all the same: that comes from the ${source}, which goes before the file.`);
  }
  return exitCodes.done;
}

async function limitCaches(maxSize: number, context: CommandContext): Promise<number> {
  const { output, surroundings } = context;
  const caches = await findCaches(context);
  const documents: object[] = [];
  for (const found of caches) {
    const { evicted, sizeBytes } = await withCache(found, async ({ cache, limitTo }) => ({
      evicted: await limitTo(maxSize),
      sizeBytes: (await cache.volume()).sizeBytes,
    }));
    const { directory, type, kind = null } = found;
    documents.push({ directory, type, kind, limitBytes: maxSize, evicted, sizeBytes });
    const gone = evicted === 0 ? "" : `; ${counted(evicted, "entry")} went`;
    output.line(`${shownPath(directory, surroundings)} (${shownType(found)}) may take ${formatSize(maxSize)}${gone}.`);
  }
  output.document({ caches: documents });
  return exitCodes.done;
}
