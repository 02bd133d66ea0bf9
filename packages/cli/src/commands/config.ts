import { exitCodes } from "./command.js";
import type { CommandContext } from "./command-context.js";

/** Each setting in force, its value, and where that came from. */
export async function run({ output, surroundings }: CommandContext): Promise<number> {
  const { configFilePath, effectiveSettings, settingHasEffect, settingValue } = await import("@larder/folio");
  const { environment } = surroundings;
  const { settings, sources, keys, file } = effectiveSettings({ env: environment });
  const path = configFilePath(environment);
  const rows = Object.entries(sources).map(([name, source]) => {
    const value = settingValue(settings, name) ?? null;
    return { name, value, source, key: keys[name] ?? null, hasEffect: settingHasEffect(name) };
  });
  output.document({ file: path, fileFound: file !== undefined, settings: rows });
  output.table(
    [
      { title: "SETTING", narrowsTo: 12 },
      { title: "VALUE", narrowsTo: 10 },
      { title: "FROM" },
      { title: "SET BY", narrowsTo: 8, leftOut: 1 },
    ],
    rows.map(({ name, value, source, key, hasEffect }) => [
      name,
      hasEffect ? shownSetting(name, value) : `${shownSetting(name, value)} (no effect)`,
      source,
      key ?? "",
    ]),
  );
  output.line();
  output.line(`Configuration file: ${output.safe(path)}${file === undefined ? " (there is none)" : ""}`);
  return exitCodes.done;
}

/** Sizes with their unit, in exact powers of 1024 where they are such. */
export function shownSetting(name: string, value: unknown): string {
  if (value === null || value === undefined) return name === "ttlSeconds" ? "never checked again" : "–";
  if (typeof value === "number" && /Bytes$/.test(name)) return exactSize(value);
  return String(value);
}

function exactSize(bytes: number): string {
  if (!Number.isFinite(bytes)) return "no limit";
  const unit = ["TiB", "GiB", "MiB", "KiB"].find((_, at) => bytes > 0 && bytes % 1024 ** (4 - at) === 0);
  if (unit === undefined) return `${bytes} B`;
  return `${bytes / 1024 ** (4 - ["TiB", "GiB", "MiB", "KiB"].indexOf(unit))} ${unit}`;
}
