import { resolve } from "node:path";
import type { TableScan } from "@larder/core";
import type { Table } from "apache-arrow";
import { UsageError } from "../failures/usage-error.js";
import { counted, formatSize } from "../output/format-quantity.js";
import { writeWholeFile } from "../output/write-whole-file.js";
import { narrowedScan } from "../tables/narrowed-scan.js";
import { type OpenTable, withTable } from "../tables/open-table.js";
import { rowTexts, type TextFormat } from "../tables/row-texts.js";
import { exitCodes } from "./command.js";
import type { CommandContext } from "./command-context.js";

const formats = ["csv", "jsonl", "parquet"] as const;
type Format = (typeof formats)[number];

export async function run(context: CommandContext): Promise<number> {
  const { given, output, surroundings } = context;
  const target = given.text("output");
  const format = formatOf(context);
  if (target === undefined && output.json) {
    throw new UsageError("With --json the table itself needs a file: name one with --output.", { option: "--output" });
  }
  if (target === undefined && format === "parquet" && surroundings.stdout.isTTY === true) {
    throw new UsageError("Parquet is no text for a terminal: name a file with --output, or pipe it.", {
      option: "--output",
    });
  }
  return withTable(context, async (table) => {
    const { chunks, rows } = await chunksOf(table, format, context);
    if (target === undefined) {
      for await (const chunk of chunks) {
        context.signal.throwIfAborted();
        await output.data(chunk);
      }
      return exitCodes.done;
    }
    const file = resolve(surroundings.directory, target);
    const progress = output.progress(`Exporting ${format}`);
    let bytes = 0;
    const written = counting(chunks, (chunk) => {
      bytes += typeof chunk === "string" ? Buffer.byteLength(chunk) : chunk.byteLength;
      progress.update({ bytes });
    });
    try {
      await writeWholeFile(file, written, context.signal);
    } finally {
      progress.end();
    }
    output.line(`Wrote ${counted(rows, "row")} (${formatSize(bytes)}) to ${output.safe(file)}.`);
    output.document({ file, format, rows, bytes });
    return exitCodes.done;
  });
}

function formatOf({ given }: CommandContext): Format {
  const asked = formats.filter((format) => given.has(format));
  if (asked.length > 1) throw new UsageError("Choose one of --csv, --jsonl and --parquet.", { options: asked });
  const [format] = asked;
  const byName = formats.find((name) => given.text("output")?.toLowerCase().endsWith(`.${name}`));
  return format ?? byName ?? "csv";
}

async function chunksOf(
  table: OpenTable,
  format: Format,
  { given, signal }: CommandContext,
): Promise<{ readonly chunks: AsyncIterable<string | Uint8Array>; readonly rows: number }> {
  const scan = narrowedScan(table.scan(), given);
  const rows = await scan.count();
  return { rows, chunks: format === "parquet" ? await parquetOf(scan, signal) : await textOf(scan, format) };
}

async function textOf(scan: TableScan<Table>, format: TextFormat): Promise<AsyncIterable<string>> {
  const columns = (await scan.schema()).map(({ name }) => name);
  return rowTexts(scan.batches(), columns, format);
}

async function parquetOf(scan: TableScan<Table>, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const { writeParquet } = await import("@larder/store-parquet");
  // A table without rows has no batches to tell its columns by.
  const { schema } = await scan.head(0).toArrow();
  return writeParquet({ schema, batches: scan.batches() }, { signal }).chunks;
}

async function* counting<Chunk>(
  chunks: AsyncIterable<Chunk>,
  count: (chunk: Chunk) => void,
): AsyncGenerator<Chunk, void> {
  for await (const chunk of chunks) {
    count(chunk);
    yield chunk;
  }
}
