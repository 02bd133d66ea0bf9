import type { Table } from "apache-arrow";
import type { Arrow } from "../../arrow/load-arrow.js";
import { type LegacyColumn, tableOfColumns } from "../legacy-column.js";
import { unsupportedLegacy } from "../legacy-errors.js";
import { hdf5Column } from "./hdf5-column.js";
import type { Hdf5Dataset } from "./hdf5-dataset.js";
import type { Hdf5File } from "./hdf5-file.js";
import { childPath } from "./hdf5-items.js";
import { Hdf5Class, membersAsRead } from "./hdf5-type.js";

/**
 * The table of one dataset: one dimension is one column of its name; two are the columns `0`, `1`, …; a compound type of one
 * dimension is a column for each member.
 *
 * @throws LarderError `unsupported-legacy` naming dataset and type for anything else
 */
export function datasetTable(arrow: Arrow, file: Hdf5File, path: string): Table {
  const dataset = file.dataset(path);
  refusePickles(file, path, dataset);
  const { origin, type } = dataset;
  const shape = dataset.shape();
  if (shape.length > 2) {
    throw unsupportedLegacy(origin, `it has ${shape.length} dimensions, and a table has two`, "Cut it into tables.");
  }
  if (shape.length === 1 && type.type !== Hdf5Class.compound) {
    return tableOfColumns(arrow, [datasetColumn(arrow, dataset, lastName(path))], origin);
  }
  if (shape.length === 1) return tableOfColumns(arrow, compoundColumns(arrow, dataset, shape[0]!), origin);
  return tableOfColumns(arrow, matrixColumns(arrow, dataset, shape as [number, number]), origin);
}

/** The table of a group of datasets of one dimension and equal length: a column for each, of its name. */
export function groupTable(arrow: Arrow, file: Hdf5File, path: string): Table {
  const columns = file.names(path).map((name): LegacyColumn => {
    const dataset = file.dataset(childPath(path, name));
    refusePickles(file, childPath(path, name), dataset);
    return datasetColumn(arrow, dataset, name);
  });
  return tableOfColumns(arrow, columns, `${file.path}:${path}`);
}

/** A dataset of one dimension as a column. */
export function datasetColumn(arrow: Arrow, dataset: Hdf5Dataset, name: string): LegacyColumn {
  const [rows = 0] = dataset.shape();
  const { type, origin } = dataset;
  return dataset.read((bytes, textAt) => {
    return hdf5Column(arrow, name, type, {
      bytes,
      rows,
      stride: type.size,
      offset: 0,
      textAt,
      bigEndian: false,
      origin,
    });
  });
}

function matrixColumns(arrow: Arrow, dataset: Hdf5Dataset, [rows, columns]: [number, number]): LegacyColumn[] {
  const { type, origin } = dataset;
  const stride = type.size * columns;
  return dataset.read((bytes, textAt) => {
    return Array.from({ length: columns }, (_, column) => {
      const layout = { bytes, rows, stride, offset: column * type.size, textAt, bigEndian: false, origin };
      return hdf5Column(arrow, String(column), type, layout);
    });
  });
}

function compoundColumns(arrow: Arrow, dataset: Hdf5Dataset, rows: number): LegacyColumn[] {
  const { type, origin } = dataset;
  return dataset.read((bytes, textAt) => {
    return membersAsRead(type).map((member) => {
      const place = { stride: type.size, offset: member.offset, bigEndian: !member.littleEndian };
      return hdf5Column(arrow, member.name, member, {
        bytes,
        rows,
        textAt,
        ...place,
        origin: `${origin}.${member.name}`,
      });
    });
  });
}

/** PyTables keeps Python objects as pickles, which look like lists of bytes. */
function refusePickles(file: Hdf5File, path: string, { origin }: Hdf5Dataset): void {
  if (!file.attributes(path).has("PSEUDOATOM")) return;
  const reason = "it holds Python objects as pickles, which are programs and are not run";
  throw unsupportedLegacy(origin, reason, "Write it again as numbers or text.");
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
