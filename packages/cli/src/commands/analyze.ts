import { withBundle } from "../folios/open-bundle.js";
import { counted, formatSize } from "../output/format-quantity.js";
import { exitCodes } from "./command.js";
import type { CommandContext } from "./command-context.js";

export async function run(context: CommandContext): Promise<number> {
  const { given, output } = context;
  const thresholdBytes = given.number("threshold");
  return withBundle(given.argument("bundle")!, context, async (folio) => {
    const analysis = await folio.analyze(thresholdBytes === undefined ? {} : { thresholdBytes });
    const { url, items, includedBytes, referencedBytes, largest, suggestions, savedBytes } = analysis;
    output.document(analysis);
    output.line(output.colours.bold(output.safe(url)));
    output.line(
      `${counted(items, "item")}: ${formatSize(includedBytes)} included, ${formatSize(referencedBytes)} referenced`,
    );
    if (largest.length > 0) {
      output.line();
      output.table(
        [{ title: "LARGEST", narrowsTo: 12 }, { title: "KIND" }, { title: "SIZE", align: "right" }],
        largest.map(({ item, kind, sizeBytes }) => [item, kind, formatSize(sizeBytes)]),
      );
    }
    if (suggestions.length > 0) {
      output.line();
      for (const { message } of suggestions) output.line(`• ${output.safe(message)}`);
      output.line(`Together they would save ${formatSize(savedBytes)}: 'larder optimize ${output.safe(url)}'.`);
    }
    return exitCodes.done;
  });
}
