import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CacheCorruptionError, checksumOf, chunkDigests, loadXxhash } from "@larder/core";
import type { Data } from "apache-arrow";
import { typeText } from "../../arrow/type-text.js";
import { damagedParquet, parsing } from "../../format/parquet-errors.js";
import { loadParquetReader } from "../../format/parquet-file-reader.js";
import { hasAllIds } from "../ids/combine-id-sets.js";
import { emptyIds, type IdSet } from "../ids/id-set.js";
import { idSetOf } from "../ids/make-id-set.js";
import type { PartRecord } from "../part-record.js";
import { openPart } from "./open-part.js";
import { keyColumn } from "./part-columns.js";
import { readingPart } from "./part-errors.js";
import { type PartFooter, partKey, readPartFooter } from "./part-footer.js";
import { isPartName } from "./part-name.js";
import { readPartRange } from "./read-part-rows.js";
import { isSealed } from "./sealed-bytes.js";

/**
 * The record of a part from its file alone, which is read whole and held against its seal.
 *
 * @param directory that of the dataset
 * @param name such as `recent/…parquet`
 * @throws CacheCorruptionError when it is not what was written; LarderError `newer-format`, `part-gone`, `read-failed`
 */
export async function readPartRecord(directory: string, name: string): Promise<PartRecord> {
  const path = join(directory, name);
  if (!isPartName(name)) throw new CacheCorruptionError(path, "its name is not that of a part");
  return readingPart(path, async () => {
    const [bytes, xxhash, reader] = await Promise.all([readFile(path), loadXxhash(), loadParquetReader()]);
    if (!isSealed(bytes, xxhash)) throw damagedParquet("its bytes are not what was written");
    const metadata = parsing("its footer", {}, () => reader.footer(bytes));
    const text = metadata.key_value_metadata?.find(({ key }) => key === partKey)?.value;
    if (text === undefined) throw damagedParquet("it does not say what part it is");
    const footer = readPartFooter(text);
    if (!name.startsWith(`${footer.place}/`)) throw damagedParquet("it stands in another place than it says");
    const record: PartRecord = {
      name,
      ...footer,
      keys: emptyIds,
      byteLength: bytes.byteLength,
      checksum: checksumOf(bytes, xxhash),
      chunkDigests: chunkDigests(bytes, xxhash),
    };
    const keys = await readKeys(directory, record, Number(metadata.num_rows), footer);
    return { ...record, keys };
  });
}

async function readKeys(directory: string, record: PartRecord, rows: number, footer: PartFooter): Promise<IdSet> {
  // Only as many keys as rows are checked for by the opened part; which ones they are is found out here.
  const part = openPart(directory, { ...record, keys: { size: rows } });
  try {
    const { layout } = await part.file.open();
    const types = new Map(layout.columns.map(({ name, field }) => [name, field && typeText(field.type)]));
    for (const { name, type } of footer.columns) {
      if (types.get(name) !== type) throw damagedParquet(`column ${JSON.stringify(name)} is not as it says`);
    }
    const column = types.has(keyColumn) ? keyColumn : layout.columns[0]?.name;
    if (column === undefined) throw damagedParquet("it has no columns");
    const data = (await readPartRange(part, [column], 0, rows)).get(column)!;
    const keys = idSetOf(ascendingKeys(data, rows));
    for (const epoch of footer.epochs) {
      if (epoch.kind === "rows" && !hasAllIds(keys, epoch.keys))
        throw damagedParquet("it tells of rows it does not hold");
    }
    return keys;
  } finally {
    await part.close();
  }
}

function ascendingKeys(data: Data, rows: number): BigInt64Array {
  if (typeText(data.type) !== "Int64" || data.nullCount > 0) throw damagedParquet("its keys are no whole numbers");
  const keys = (data.values as BigInt64Array).subarray(0, rows);
  for (let row = 1; row < rows; row++) {
    if (keys[row]! <= keys[row - 1]!) throw damagedParquet("its rows are out of order");
  }
  return keys;
}
