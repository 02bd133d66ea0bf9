import { formatCount, formatSize } from "../output/format-quantity.js";
import { withTable } from "../tables/open-table.js";
import { exitCodes } from "./command.js";
import type { CommandContext } from "./command-context.js";

export async function run(context: CommandContext): Promise<number> {
  const { output } = context;
  return withTable(context, async (table) => {
    const [columns, rows] = [await table.scan().schema(), await table.scan().count()];
    output.document({ origin: table.origin, rows, sizeBytes: table.sizeBytes ?? null, columns });
    output.table(
      [
        { title: "COLUMN", narrowsTo: 8 },
        { title: "TYPE", narrowsTo: 10 },
        { title: "NULLS", leftOut: 1 },
      ],
      columns.map(({ name, type, nullable }) => [name, type, nullable ? "yes" : "no"]),
    );
    output.line(output.colours.dim(`${formatCount(rows)} rows, ${formatSize(table.sizeBytes)}`));
    return exitCodes.done;
  });
}
