import type { Surroundings } from "../commands/command-context.js";

/** Where the local half of folios is kept, by the settings in force; those that can't be used are told where they are needed. */
export async function folioDirectory({ environment }: Surroundings): Promise<string> {
  const { effectiveSettings } = await import("@larder/folio");
  return effectiveSettings({ env: environment }).settings.directory;
}
