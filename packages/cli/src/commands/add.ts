import { stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { LarderError } from "@larder/core";
import type { ItemKind } from "@larder/folio";
import { jsonIn } from "../folios/json-in.js";
import { withBundle } from "../folios/open-bundle.js";
import { watchedProgress } from "../folios/watched-progress.js";
import { formatSize } from "../output/format-quantity.js";
import { exitCodes } from "./command.js";
import type { CommandContext } from "./command-context.js";

const kinds: Readonly<Record<string, ItemKind>> = {
  ".parquet": "table",
  ".json": "json",
  ".txt": "text",
  ".md": "text",
};

export async function run(context: CommandContext): Promise<number> {
  const { given, output, signal, surroundings } = context;
  const name = given.argument("item")!;
  const file = resolve(surroundings.directory, given.argument("file")!);
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) {
    throw new LarderError(`There is no file ${file}. Check the path.`, { code: "no-such-file", facts: { file } });
  }
  const kind = (given.text("kind") as ItemKind | undefined) ?? kinds[extname(file).toLowerCase()] ?? "file";
  // Bytes of JSON are read as the value they stand for; all else is taken as it is.
  const value = kind === "json" ? await jsonIn(file) : { file };
  return withBundle(given.argument("bundle")!, context, async (folio) => {
    const progress = output.progress(`Adding ${name}`);
    const [description, updatedBy] = [given.text("description"), given.text("updated-by")];
    try {
      const added = await folio.add(name, value, {
        kind,
        signal,
        forceInclude: given.has("include"),
        onProgress: watchedProgress(progress),
        ...(description !== undefined && { description }),
        ...(updatedBy !== undefined && { updatedBy }),
      });
      progress.end();
      output.document({ url: folio.url, ...added });
      const what = added.isReference ? `a reference to ${added.reference ?? "it"}` : formatSize(added.sizeBytes);
      output.line(
        `${added.replaced ? "Replaced" : "Added"} ${output.safe(name)} (${added.kind}, ${output.safe(what)}).`,
      );
      return exitCodes.done;
    } finally {
      progress.end();
    }
  });
}
