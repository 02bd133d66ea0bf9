import type { CacheWarning } from "@larder/core";

/** Passes warnings on, of each code the first alone: what befalls one batch mostly befalls them all. */
export function onceForEachCode(
  onWarning: ((warning: CacheWarning) => void) | undefined,
): (warning: Omit<CacheWarning, "type">) => void {
  const told = new Set<string>();
  return (warning) => {
    if (told.has(warning.code)) return;
    told.add(warning.code);
    onWarning?.({ type: "warning", ...warning });
  };
}
