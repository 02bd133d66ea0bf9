import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { LarderError } from "@larder/core";
import { folioCaches } from "../../caches/named-cache.js";
import { UsageError } from "../../failures/usage-error.js";
import { withFolioCache } from "../../folios/open-folios.js";
import { urlsNamed } from "../../folios/urls-named.js";
import { watchedProgress } from "../../folios/watched-progress.js";
import { counted, formatSize } from "../../output/format-quantity.js";
import { exitCodes } from "../command.js";
import type { CommandContext } from "../command-context.js";

export async function run(context: CommandContext): Promise<number> {
  const { given, output, signal, surroundings } = context;
  const file = resolve(surroundings.directory, given.argument("file")!);
  if (!given.has("force") && (await stat(file).catch(() => undefined)) !== undefined) {
    throw new UsageError(
      `${file} is there already. Say --force to replace it, or choose another name.`,
      { file },
      "file-exists",
    );
  }
  const [cache, another] = await folioCaches(context);
  if (another !== undefined) throw new UsageError("Several caches of bundles were found. Say which with --directory.");
  return withFolioCache(cache!.directory, context, async (folios) => {
    const name = given.text("bundle");
    const url = name === undefined ? undefined : await bundleNamed(name);
    const progress = output.progress("Exporting");
    try {
      const report = await folios.export(file, {
        ...(url !== undefined && { url }),
        signal,
        onProgress: watchedProgress(progress),
      });
      progress.end();
      const { size } = await stat(file);
      output.document({ file, url: url ?? null, ...report, archiveBytes: size });
      output.line(
        `Exported ${counted(report.items, "item")} (${formatSize(report.bytes)}) to ${output.safe(file)} (${formatSize(size)}).`,
      );
      return exitCodes.done;
    } finally {
      progress.end();
    }

    async function bundleNamed(text: string): Promise<string> {
      const [found, second] = await urlsNamed(folios, text, surroundings.directory);
      if (found !== undefined && second === undefined) return found;
      const why = found === undefined ? "is not cached" : "fits several bundles";
      throw new LarderError(`The bundle '${text}' ${why}. 'larder cache list' shows what is cached.`, {
        code: found === undefined ? "unknown-bundle" : "ambiguous-bundle",
        facts: { bundle: text },
      });
    }
  });
}
