import { resolve } from "node:path";
import { folioDirectory } from "../../folios/folio-directory.js";
import { withFolioCache } from "../../folios/open-folios.js";
import { counted, formatSize } from "../../output/format-quantity.js";
import { exitCodes } from "../command.js";
import type { CommandContext } from "../command-context.js";

export async function run(context: CommandContext): Promise<number> {
  const { given, output, signal, surroundings } = context;
  const file = resolve(surroundings.directory, given.argument("file")!);
  const named = given.text("directory");
  const directory = named === undefined ? await folioDirectory(surroundings) : resolve(surroundings.directory, named);
  return withFolioCache(directory, context, async (folios) => {
    const { items, bytes } = await folios.import(file, { signal });
    output.document({ file, directory, items, bytes });
    output.line(`Imported ${counted(items, "item")} (${formatSize(bytes)}) into ${output.safe(directory)}.`);
    return exitCodes.done;
  });
}
