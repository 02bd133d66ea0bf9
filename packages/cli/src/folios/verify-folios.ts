import type { CacheOnDisk } from "../caches/cache-on-disk.js";
import { shownPath, shownType } from "../caches/shown-cache.js";
import type { CommandContext } from "../commands/command-context.js";
import { counted, formatSize } from "../output/format-quantity.js";
import { withFolioCache } from "./open-folios.js";
import { watchedProgress } from "./watched-progress.js";

/** Reads every cached content and compares it with its checksum. */
export async function verifyFolios(
  found: CacheOnDisk,
  context: CommandContext,
): Promise<{ readonly document: object; readonly unrepaired: number }> {
  const { given, output, surroundings } = context;
  const fix = given.has("fix");
  const progress = output.progress(`Verifying ${shownPath(found.directory, surroundings)}`);
  const report = await withFolioCache(found.directory, context, (folios) =>
    folios.verify({ fix, onProgress: watchedProgress(progress) }),
  ).finally(() => progress.end());
  const { checked, bytes, problems } = report;
  // What proves damaged is dropped when it is read; a problem that nobody asked to repair is told as one all the same.
  const unrepaired = fix ? problems.filter(({ fixed }) => !fixed).length : problems.length;
  const { colours } = output;
  const name = `${shownPath(found.directory, surroundings)} (${shownType(found)})`;
  const all = `${counted(checked, "item")} read (${formatSize(bytes)})`;
  if (problems.length === 0) output.line(`${colours.green("✓")} ${name}: ${all}, all as they should be.`);
  else {
    const fixed = fix ? `, ${problems.length - unrepaired} removed` : "";
    output.line(`${colours.red("✗")} ${name}: ${counted(problems.length, "problem")}${fixed}; ${all}.`);
  }
  for (const { item, problem, fixed } of problems) {
    output.line(
      `  ${fixed ? colours.green("removed") : colours.red("problem")} ${output.safe(item)}: ${problem.replaceAll("-", " ")}`,
    );
  }
  if (problems.some(({ fixed }) => !fixed) && !fix)
    output.line("  'larder cache verify --fix' removes what is damaged.");
  return { document: { directory: found.directory, type: found.type, kind: null, ...report }, unrepaired };
}
