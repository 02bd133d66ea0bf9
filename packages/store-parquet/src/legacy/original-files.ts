import { stat, unlink } from "node:fs/promises";
import type { LegacyItem } from "./legacy-reader.js";
import type { MigratedItem, MigrationReport } from "./migration-report.js";

/** The files that hold the originals of a migration. */
export interface OriginalFiles {
  /** Notes how the file of an item is now, before it is read for the first time. */
  watch(item: LegacyItem): Promise<void>;
  /** Removes those files whose every item was verified, and says of the others why not. */
  remove(results: readonly MigratedItem[]): Promise<Pick<MigrationReport, "removed" | "kept">>;
}

/** The files of these items, all that were listed. */
export function originalFiles(items: readonly LegacyItem[]): OriginalFiles {
  const files = new Map<string, LegacyItem[]>();
  for (const item of items) {
    if (item.file !== undefined) files.set(item.file, [...(files.get(item.file) ?? []), item]);
  }
  const states = new Map<string, string>();
  return {
    async watch({ file }) {
      if (file !== undefined && !states.has(file)) states.set(file, await stateOf(file));
    },
    async remove(results) {
      const verified = new Set(results.filter(({ outcome }) => outcome !== "failed").map(({ item }) => item));
      const removed: string[] = [];
      const kept: { file: string; reason: string }[] = [];
      for (const [file, within] of files) {
        const reason = reasonToKeep(within, verified) ?? (await removal(file, states.get(file)));
        if (reason === undefined) removed.push(file);
        else kept.push({ file, reason });
      }
      return { removed, kept };
    },
  };
}

function reasonToKeep(within: readonly LegacyItem[], verified: ReadonlySet<LegacyItem>): string | undefined {
  const missing = within.find((item) => !verified.has(item));
  if (missing) return `${JSON.stringify(missing.item)} in it was not migrated.`;
  return within.flatMap(({ warnings = [] }) => warnings)[0];
}

async function removal(file: string, state: string | undefined): Promise<string | undefined> {
  if (state === undefined || (await stateOf(file)) !== state) return "It was changed since it was read.";
  try {
    await unlink(file);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What tells that a file is another one or was written to; a file that is not there has a state too. */
async function stateOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(file, { bigint: true });
    return [dev, ino, size, mtimeNs].join(" ");
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
}
