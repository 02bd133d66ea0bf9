import type { ArrowLikeTable } from "../arrow/arrow-like.js";
import { arrowSchemaKey, encodeArrowSchema } from "../arrow/arrow-schema-entry.js";
import { loadArrow } from "../arrow/load-arrow.js";
import { ownField } from "../arrow/own-arrow-type.js";
import { breathe, isTimeToBreathe } from "../format/breathe.js";
import { fileFormat, fileFormatKey } from "../format/file-format.js";
import { createParquetFile, type ParquetFileWriter } from "../format/parquet-file-writer.js";
import type { ColumnPlan } from "./encode-column.js";
import type { CheckedOptions } from "./write-options.js";

/** Begins the file of a table whose columns are written as planned. */
export async function createTableFile(
  { fields, metadata }: ArrowLikeTable["schema"],
  plans: readonly ColumnPlan[],
  { compression }: Pick<CheckedOptions, "compression">,
): Promise<ParquetFileWriter> {
  const arrow = await loadArrow();
  const ownSchema = new arrow.Schema(
    fields.map((field, i) => ownField(arrow, field, i)),
    new Map(metadata),
  );
  const ownKeys = [arrowSchemaKey, fileFormatKey];
  return createParquetFile({
    schema: [{ name: "schema", num_children: plans.length }, ...plans.flatMap(({ elements }) => elements)],
    leaves: plans.flatMap(({ leaves }) => leaves),
    metadata: [
      ...[...metadata].filter(([key]) => !ownKeys.includes(key)).map(([key, value]) => ({ key, value })),
      { key: fileFormatKey, value: String(fileFormat) },
      { key: arrowSchemaKey, value: encodeArrowSchema(arrow, ownSchema) },
    ],
    compression,
  });
}

/**
 * Encodes the rows from `start` to `end` as a row group. The event loop gets its turns between columns.
 *
 * @returns the bytes of the file in order, as each column is done
 */
export async function* rowGroupParts(
  file: ParquetFileWriter,
  plans: readonly ColumnPlan[],
  start: number,
  end: number,
): AsyncGenerator<Uint8Array[], void, undefined> {
  for (const plan of plans) {
    for (const chunk of await plan.encode(start, end)) await file.addChunk(chunk);
    yield file.take();
    if (isTimeToBreathe()) await breathe();
  }
  file.endRowGroup(end - start);
  yield file.take();
}
