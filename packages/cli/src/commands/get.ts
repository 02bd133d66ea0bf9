import { resolve } from "node:path";
import { UsageError } from "../failures/usage-error.js";
import { withBundle } from "../folios/open-bundle.js";
import { watchedProgress } from "../folios/watched-progress.js";
import { formatSize } from "../output/format-quantity.js";
import { writeWholeFile } from "../output/write-whole-file.js";
import { exitCodes } from "./command.js";
import type { CommandContext } from "./command-context.js";

export async function run(context: CommandContext): Promise<number> {
  const { given, output, signal, surroundings } = context;
  const [bundle, item] = [given.argument("bundle")!, given.argument("item")!];
  const target = given.text("output");
  if (target === undefined && output.json) {
    throw new UsageError("With --json the item itself needs a file: name one with --output.", { option: "--output" });
  }
  return withBundle(bundle, context, async (folio) => {
    const { kind, sizeBytes } = await folio.describe(item);
    const isText = kind === "text" || kind === "json" || kind === "timestamp";
    if (target === undefined && !isText && surroundings.stdout.isTTY === true) {
      throw new UsageError(
        `'${item}' is a ${kind}, and no text for a terminal: name a file with --output, or pipe it.`,
        { option: "--output" },
      );
    }
    const progress = output.progress(`Getting ${item}`);
    try {
      const stream = await folio.stream(item, {
        signal,
        refresh: given.has("refresh"),
        onProgress: watchedProgress(progress),
      });
      if (target === undefined) {
        progress.end();
        for await (const chunk of stream) await output.data(chunk as Uint8Array);
        return exitCodes.done;
      }
      const file = resolve(surroundings.directory, target);
      let bytes = 0;
      await writeWholeFile(
        file,
        counted(stream, (count) => {
          bytes += count;
          progress.update({ bytes, totalBytes: sizeBytes });
        }),
        signal,
      );
      progress.end();
      output.document({ url: folio.url, item, kind, file, bytes });
      output.line(`Wrote ${output.safe(item)} (${formatSize(bytes)}) to ${output.safe(file)}.`);
      return exitCodes.done;
    } finally {
      progress.end();
    }
  });
}

async function* counted(
  stream: AsyncIterable<unknown>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    count(chunk.byteLength);
    yield chunk;
  }
}
