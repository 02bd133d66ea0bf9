import { withBundle } from "../folios/open-bundle.js";
import { confirm } from "../output/confirm.js";
import { counted, formatSize } from "../output/format-quantity.js";
import { exitCodes } from "./command.js";
import type { CommandContext } from "./command-context.js";

const usualThresholdBytes = 2 ** 30;

export async function run(context: CommandContext): Promise<number> {
  const { given, output } = context;
  const thresholdBytes = given.number("threshold") ?? usualThresholdBytes;
  const [dryRun, moveTo] = [given.has("dry-run"), given.text("move-to")];
  return withBundle(given.argument("bundle")!, context, async (folio) => {
    const options = { thresholdBytes, ...(moveTo !== undefined && { moveTo }) };
    const planned = await folio.optimizeStorage({ ...options, dryRun: true });
    const shown = (report: typeof planned) =>
      `${counted(report.converted.length, "item")} moved out, ${counted(report.removedObjects, "object")} removed, ${formatSize(report.savedBytes)} saved`;
    const isNothing = planned.converted.length === 0 && planned.removedObjects === 0;
    if (!dryRun && !isNothing && !(await confirm(context, `Change ${folio.url} for everyone: ${shown(planned)}`))) {
      output.note("Nothing was changed.");
      output.document({ url: folio.url, dryRun: false, converted: [], removedObjects: 0, savedBytes: 0 });
      return exitCodes.failed;
    }
    const report = dryRun || isNothing ? planned : await folio.optimizeStorage({ ...options, dryRun: false });
    output.document({ url: folio.url, dryRun, ...report });
    for (const { item, reference, sizeBytes } of report.converted) {
      output.line(`${output.safe(item)} (${formatSize(sizeBytes)}) → ${output.safe(reference)}`);
    }
    output.line(isNothing ? "There is nothing to do." : `${dryRun ? "It would be: " : ""}${shown(report)}.`);
    return exitCodes.done;
  });
}
