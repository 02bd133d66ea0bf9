import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as arrow from "apache-arrow";
import type { IdSet } from "../../../../src/dataset/ids/id-set.js";
import { idSetOf } from "../../../../src/dataset/ids/make-id-set.js";
import type { Epoch } from "../../../../src/dataset/part-record.js";
import { seededRandom } from "../../../support/random-table.js";

/** A folder of datasets that lives as long as a test. */
export function datasetFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "larder-parts-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A table as the rows of a part. */
export interface PartTable {
  readonly table: arrow.Table;
  readonly keys: IdSet;
  readonly ids: BigInt64Array;
}

/** The table with a column of ids in front, named as no other column is; ids ascend with gaps, from `first` on. */
export function withIds(table: arrow.Table, { seed = 1, first = -40n, name = "the id" } = {}): PartTable {
  const random = seededRandom(seed);
  const ids = new BigInt64Array(table.numRows);
  let id = first;
  for (let i = 0; i < ids.length; i++) {
    ids[i] = id;
    id += random() < 0.6 ? 1n : BigInt(1 + Math.floor(random() * 100_000));
  }
  const type = new arrow.Int64();
  const fields = [new arrow.Field(name, type, false), ...table.schema.fields];
  const schema = new arrow.Schema(fields, table.schema.metadata);
  let row = 0;
  const batches = table.batches.map((batch) => {
    const data = ids.slice(row, row + batch.numRows);
    row += batch.numRows;
    const children = [arrow.makeData({ type, data }), ...batch.data.children];
    const struct = arrow.makeData({
      type: new arrow.Struct(fields),
      length: batch.numRows,
      nullCount: 0,
      children: children as arrow.Data[],
    });
    return new arrow.RecordBatch(schema, struct);
  });
  const whole = batches.length === 0 ? new arrow.Table(schema) : new arrow.Table(schema, batches);
  return { table: whole, keys: idSetOf(ids), ids };
}

/** An epoch that tells of all cells of a part. */
export function rowsEpoch({ table, keys }: PartTable, sequence = 7): Epoch {
  const columns = table.schema.names.slice(1) as string[];
  return { kind: "rows", sequence, keys, fetchedAt: 1_700_000_000_000, columns };
}

/** Some rows of a table, ascending. */
export function someRows(count: number, share: number, seed: number): Int32Array {
  const random = seededRandom(seed);
  const rows: number[] = [];
  for (let row = 0; row < count; row++) if (random() < share) rows.push(row);
  return Int32Array.from(rows);
}
