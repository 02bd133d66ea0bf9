import { messageOf } from "../../failures/tell-error.js";
import { UsageError } from "../../failures/usage-error.js";
import { withBundle } from "../../folios/open-bundle.js";
import { watchedProgress } from "../../folios/watched-progress.js";
import { counted, formatSize } from "../../output/format-quantity.js";
import { exitCodes } from "../command.js";
import type { CommandContext } from "../command-context.js";

export async function run(context: CommandContext): Promise<number> {
  const { given, output, signal } = context;
  const items = given.argumentsOf("items");
  const parallel = given.number("parallel");
  if (parallel === 0)
    throw new UsageError("The option --parallel is a whole number from 1, not 0.", { option: "--parallel" });
  return withBundle(given.argument("bundle")!, context, async (folio) => {
    const progress = output.progress("Warming");
    try {
      const report = await folio.warmCache({
        signal,
        onProgress: watchedProgress(progress),
        ...(items.length > 0 && { items }),
        ...(parallel !== undefined && { parallel }),
      });
      progress.end();
      const { downloaded, alreadyCached, failed, bytes } = report;
      const failures = failed.map(({ item, error }) => ({ item, message: messageOf(error) }));
      output.document({ url: folio.url, downloaded, alreadyCached, bytes, failed: failures });
      output.line(
        `Downloaded ${counted(downloaded, "item")} (${formatSize(bytes)}); ${counted(alreadyCached, "item")} cached already.`,
      );
      for (const { item, message } of failures) output.note(`${output.safe(item)}: ${output.safe(message)}`);
      signal.throwIfAborted();
      return failures.length > 0 ? exitCodes.failed : exitCodes.done;
    } finally {
      progress.end();
    }
  });
}
