import type { Table } from "apache-arrow";
import type { Arrow } from "../../arrow/load-arrow.js";
import { type LegacyColumn, tableOfColumns, textColumn } from "../legacy-column.js";
import { damagedLegacy, unsupportedLegacy } from "../legacy-errors.js";
import { textOf } from "./hdf5-attribute.js";
import { textValues } from "./hdf5-column.js";
import type { Hdf5File } from "./hdf5-file.js";
import { childPath } from "./hdf5-items.js";
import { Hdf5Class } from "./hdf5-type.js";
import { shapeOfObjectArray, textsOfObjectArray } from "./object-array.js";
import { type PandasAttributes, pandasName, pandasValue, zoneOf } from "./pandas-attributes.js";
import { indexName } from "./pandas-index.js";
import { emptyColumn, pandasColumn } from "./pandas-values.js";
import { pickleTree } from "./pickle-tree.js";

/**
 * A data frame in pandas' `fixed` format: `axis0` names the columns in their order, `axis1` is the index, and the values lie in
 * blocks of one type each, `blockN_values`, whose columns `blockN_items` names.
 *
 * Source: BlockManagerFixed in https://github.com/pandas-dev/pandas/blob/main/pandas/io/pytables.py
 */
export function fixedFrame(arrow: Arrow, file: Hdf5File, path: string): Table {
  const origin = `${file.path}:${path}`;
  const attributes = file.attributes(path);
  const names = columnNames(file, path, "axis0");
  const index = indexColumn(arrow, file, path, "axis1", names);
  const rows = index.data.length;
  const columns = new Map<string, LegacyColumn>();
  const blocks = Number(pandasValue(attributes, "nblocks"));
  if (!Number.isSafeInteger(blocks) || blocks < 0)
    throw damagedLegacy(origin, "it does not say how many blocks it has");
  for (let block = 0; block < blocks; block++) {
    const items = columnNames(file, path, `block${block}_items`);
    for (const column of blockColumns(arrow, file, childPath(path, `block${block}_values`), items, rows)) {
      if (columns.has(column.name)) {
        throw damagedLegacy(origin, `column ${JSON.stringify(column.name)} is in two blocks`);
      }
      columns.set(column.name, column);
    }
  }
  if (columns.size !== names.length)
    throw damagedLegacy(origin, `${names.length} columns are named, ${columns.size} are there`);
  const ordered = names.map((name) => {
    const column = columns.get(name);
    if (!column) throw damagedLegacy(origin, `column ${JSON.stringify(name)} is in no block`);
    return column;
  });
  return tableOfColumns(arrow, [index, ...ordered], origin);
}

/** A series in pandas' `fixed` format. Its column is named as it is, else `values`. */
export function fixedSeries(arrow: Arrow, file: Hdf5File, path: string): Table {
  const origin = `${file.path}:${path}`;
  const name = pandasName(file.attributes(path), "name", origin) ?? "values";
  const index = indexColumn(arrow, file, path, "index", [name]);
  const columns = blockColumns(arrow, file, childPath(path, "values"), [name], index.data.length);
  return tableOfColumns(arrow, [index, ...columns], origin);
}

function indexColumn(
  arrow: Arrow,
  file: Hdf5File,
  path: string,
  axis: string,
  columns: readonly string[],
): LegacyColumn {
  refuseLevels(file, path, axis);
  const at = childPath(path, axis);
  const attributes = file.attributes(at);
  const origin = `${file.path}:${at}`;
  const name = indexName(pandasName(attributes, "name", origin), columns, origin);
  const zone = zoneOf(pandasValue(attributes, "tz"), origin);
  const kind = textOf(attributes.get("kind"));
  if (attributes.has("shape"))
    return emptyColumn(arrow, name, textOf(attributes.get("value_type")) ?? "", zone, origin);
  const dataset = file.dataset(at);
  const [rows = 0] = dataset.shape();
  if (dataset.shape().length !== 1) throw damagedLegacy(origin, "it is an index of more than one dimension");
  if (dataset.type.type === Hdf5Class.sequence) return objectColumns(arrow, file, at, [name], undefined)[0]!;
  return dataset.read((bytes, textAt) => {
    const layout = { bytes, rows, stride: dataset.type.size, offset: 0, textAt, bigEndian: false, origin };
    return pandasColumn(arrow, name, dataset.type, layout, { kind, zone, missing: "nan" });
  });
}

/** Values of one type: a row for each row of the frame, a column for each name. */
function blockColumns(
  arrow: Arrow,
  file: Hdf5File,
  path: string,
  names: readonly string[],
  rows: number,
): LegacyColumn[] {
  const attributes = file.attributes(path);
  const origin = `${file.path}:${path}`;
  const kind = textOf(attributes.get("value_type"));
  const zone = zoneOf(pandasValue(attributes, "tz"), origin);
  // An array without elements can't be stored; pandas notes its shape instead.
  if (attributes.has("shape")) {
    if (rows !== 0) throw damagedLegacy(origin, `it is empty, and there are ${rows} rows`);
    return names.map((name) => emptyColumn(arrow, name, kind ?? "", zone, origin));
  }
  const dataset = file.dataset(path);
  const { type } = dataset;
  if (type.type === Hdf5Class.sequence) return objectColumns(arrow, file, path, names, rows);
  const shape = dataset.shape();
  const sides = isTransposed(attributes, origin) ? shape : [...shape].reverse();
  const [length, width = 1] = sides;
  if (shape.length > 2 || length !== rows || width !== names.length) {
    throw damagedLegacy(origin, `it has the shape ${shape.join(" × ")}, for ${rows} rows of ${names.length} columns`);
  }
  const isByRow = sides === shape || shape.length === 1;
  return dataset.read((bytes, textAt) => {
    return names.map((name, column) => {
      const [stride, offset] = isByRow
        ? [type.size * width, type.size * column]
        : [type.size, type.size * column * rows];
      return pandasColumn(
        arrow,
        name,
        type,
        { bytes, rows, stride, offset, textAt, bigEndian: false, origin },
        { kind, zone, missing: "nan" },
      );
    });
  });
}

/** Whether rows stand one after the other, as pandas writes by default, or columns do. */
function isTransposed(attributes: PandasAttributes, origin: string): boolean {
  if (!attributes.has("transposed")) return false;
  const value = pandasValue(attributes, "transposed");
  if (value === 0n || value === false) return false;
  if (value === 1n || value === true) return true;
  throw damagedLegacy(origin, "its attribute 'transposed' is neither true nor false");
}

/** Columns of text, which this format keeps as one pickle. */
function objectColumns(
  arrow: Arrow,
  file: Hdf5File,
  path: string,
  names: readonly string[],
  rows: number | undefined,
): LegacyColumn[] {
  const origin = `${file.path}:${path}`;
  const pickle = file.dataset(path).readByteList();
  const advice = "Write it again with pandas: to_hdf(format='table'), or to_parquet.";
  const tree = treeOf(pickle);
  const texts = tree instanceof Error ? tree.message : textsOfObjectArray(tree);
  if (typeof texts === "string") {
    const reason = `column ${names.map((name) => JSON.stringify(name)).join(", ")} is a pickle of Python objects, and ${texts}`;
    throw unsupportedLegacy(origin, reason, advice);
  }
  const [length, width = 1] = (tree instanceof Error ? undefined : shapeOfObjectArray(tree)) ?? [];
  if (width !== names.length || (rows !== undefined && length !== rows)) {
    throw damagedLegacy(origin, `it has the shape ${length} × ${width}, for ${rows} rows of ${names.length} columns`);
  }
  return names.map((name, column) =>
    textColumn(
      arrow,
      name,
      texts.filter((_, i) => i % width === column),
      origin,
    ),
  );
}

function treeOf(pickle: Uint8Array): ReturnType<typeof pickleTree> | Error {
  try {
    return pickleTree(pickle);
  } catch (error) {
    return error as Error;
  }
}

/** Names of columns along an axis, which pandas keeps as an index too. */
function columnNames(file: Hdf5File, path: string, axis: string): string[] {
  refuseLevels(file, path, axis);
  const at = childPath(path, axis);
  const attributes = file.attributes(at);
  if (attributes.has("shape")) return [];
  const dataset = file.dataset(at);
  const { type, origin } = dataset;
  const [rows = 0] = dataset.shape();
  const kind = textOf(attributes.get("kind"));
  if (type.type === Hdf5Class.text && kind === "string") {
    return dataset.read((bytes, textAt) => {
      return textValues(type, { bytes, rows, stride: type.size, offset: 0, textAt, bigEndian: false, origin });
    });
  }
  if (type.type === Hdf5Class.integer && type.size === 8 && kind === "integer") {
    return dataset.read((bytes) => Array.from(new BigInt64Array(bytes.buffer as ArrayBuffer, 0, rows), String));
  }
  throw unsupportedLegacy(origin, `it names columns by values of the kind ${kind}`, "Name them by text.");
}

function refuseLevels(file: Hdf5File, path: string, axis: string): void {
  const variety = textOf(file.attributes(path).get(`${axis}_variety`));
  if (variety === undefined || variety === "regular") return;
  const reason = `its ${axis === "axis1" || axis === "index" ? "index" : "columns"} has several levels`;
  throw unsupportedLegacy(`${file.path}:${path}`, reason, "Write it again after reset_index().");
}
