import type { FolioCache } from "@larder/folio";
import type { CommandContext } from "../commands/command-context.js";

/** Opens the local half of folios in a directory, without any remote, does something with it, and closes it. */
export async function withFolioCache<Result>(
  directory: string,
  { output, surroundings }: CommandContext,
  use: (folios: FolioCache) => Promise<Result>,
): Promise<Result> {
  const { effectiveSettings, openFolioCache } = await import("@larder/folio");
  const { settings } = effectiveSettings({ options: { directory }, env: surroundings.environment });
  const folios = await openFolioCache({
    directory,
    settings,
    onEvent(event) {
      if (event.type === "warning") output.note(output.safe(`larder: warning (${event.code}): ${event.message}`));
    },
  });
  try {
    return await use(folios);
  } finally {
    await folios.close();
  }
}
