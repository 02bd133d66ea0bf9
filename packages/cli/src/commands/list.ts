import { withBundle } from "../folios/open-bundle.js";
import { formatAge } from "../output/format-age.js";
import { counted, formatSize } from "../output/format-quantity.js";
import { exitCodes } from "./command.js";
import type { CommandContext } from "./command-context.js";

export async function run(context: CommandContext): Promise<number> {
  const { output, surroundings } = context;
  return withBundle(context.given.argument("bundle")!, context, async (folio) => {
    const items = await folio.list();
    output.document({ url: folio.url, items });
    output.line(output.colours.bold(output.safe(folio.url)));
    if (items.length === 0) output.line("No items.");
    else {
      output.table(
        [
          { title: "ITEM", narrowsTo: 12 },
          { title: "KIND" },
          { title: "SIZE", align: "right" },
          { title: "CHANGED", align: "right", leftOut: 1 },
          { title: "BY", narrowsTo: 8, leftOut: 2 },
        ],
        items.map(({ name, kind, sizeBytes, updatedAt, updatedBy, isReference }) => [
          name,
          isReference ? `${kind}, reference` : kind,
          formatSize(sizeBytes),
          formatAge(updatedAt === undefined ? undefined : Date.parse(updatedAt), surroundings.now()),
          updatedBy ?? "",
        ]),
      );
      const bytes = items.reduce((sum, { sizeBytes = 0, isReference }) => (isReference ? sum : sum + sizeBytes), 0);
      output.line(output.colours.dim(`${counted(items.length, "item")}, ${formatSize(bytes)} included`));
    }
    return exitCodes.done;
  });
}
