import type { Table } from "apache-arrow";
import type { Arrow } from "../../arrow/load-arrow.js";
import { type LegacyColumn, tableOfColumns } from "../legacy-column.js";
import { damagedLegacy, unsupportedLegacy } from "../legacy-errors.js";
import { textOf } from "./hdf5-attribute.js";
import type { TextAt } from "./hdf5-dataset.js";
import type { Hdf5File } from "./hdf5-file.js";
import { childPath } from "./hdf5-items.js";
import { Hdf5Class, type Hdf5Member, type Hdf5Type, membersAsRead } from "./hdf5-type.js";
import { nameList, type PandasAttributes, pandasName, pandasValue, zoneOf } from "./pandas-attributes.js";
import { indexName } from "./pandas-index.js";
import { pandasColumn } from "./pandas-values.js";
import type { PickleNode } from "./pickle-tree.js";

interface TableParts {
  readonly origin: string;
  readonly group: PandasAttributes;
  readonly table: PandasAttributes;
  readonly stride: number;
  readonly rows: number;
  readonly bytes: Uint8Array;
  readonly textAt: TextAt;
}

/**
 * A data frame or series in pandas' `table` format: one compound dataset `table`, of which the member `index` is the index, each
 * `values_block_N` holds the columns of one type that the attribute `values_block_N_kind` names, and each other member is a column of its own.
 * Columns come in the order that `non_index_axes` gives.
 *
 * Source: Table in https://github.com/pandas-dev/pandas/blob/main/pandas/io/pytables.py
 */
export function pandasTable(arrow: Arrow, file: Hdf5File, path: string): Table {
  const origin = `${file.path}:${path}`;
  const at = childPath(path, "table");
  const group = file.attributes(path);
  const tableType = textOf(group.get("table_type"));
  if (tableType !== "appendable_frame" && tableType !== "appendable_series") {
    const reason = `it is of the kind ${tableType}, whose index or columns have several levels`;
    throw unsupportedLegacy(origin, reason, "Write it again after reset_index().");
  }
  const dataset = file.dataset(at);
  if (dataset.type.type !== Hdf5Class.compound || dataset.shape().length !== 1) {
    throw damagedLegacy(origin, "its dataset 'table' is not a table of PyTables");
  }
  const [rows] = dataset.shape() as [number];
  return dataset.read((bytes, textAt) => {
    const parts = { origin, group, table: file.attributes(at), stride: dataset.type.size, rows, bytes, textAt };
    return tableOf(arrow, parts, dataset.type);
  });
}

function tableOf(arrow: Arrow, parts: TableParts, type: Hdf5Type): Table {
  const members = membersAsRead(type);
  const columns = members
    .filter(({ name }) => name !== "index")
    .flatMap((member) => memberColumns(arrow, parts, member));
  const index = members.find(({ name }) => name === "index");
  if (!index) throw damagedLegacy(parts.origin, "its table has no member 'index'");
  const byName = new Map(columns.map((column) => [column.name, column]));
  const order = columnOrder(parts) ?? columns.map(({ name }) => name);
  if (byName.size !== columns.length || order.length !== columns.length || order.some((name) => !byName.has(name))) {
    const found = columns.map(({ name }) => name).join(", ");
    throw damagedLegacy(parts.origin, `its columns should be ${order.join(", ")} and are ${found}`);
  }
  const ordered = order.map((name) => withSeriesName(byName.get(name)!, parts));
  const names = ordered.map(({ name }) => name);
  return tableOfColumns(arrow, [indexColumn(arrow, parts, index, names), ...ordered], parts.origin);
}

/** The names along the columns' axis: `[(1, [names])]`. */
function columnOrder({ group }: TableParts): string[] | undefined {
  const axes = pandasValue(group, "non_index_axes");
  if (!Array.isArray(axes) || axes.length !== 1 || !Array.isArray(axes[0]) || axes[0][0] !== 1n) return undefined;
  return nameList(axes[0][1]);
}

/** The one column of a series is stored as `values`; its name stands beside it. */
function withSeriesName(column: LegacyColumn, { group, origin }: TableParts): LegacyColumn {
  const isSeries = textOf(group.get("table_type")) === "appendable_series";
  const name = isSeries ? pandasName(group, "name", origin) : undefined;
  return name === undefined ? column : { ...column, name };
}

function indexColumn(arrow: Arrow, parts: TableParts, member: Hdf5Member, columns: readonly string[]): LegacyColumn {
  const { origin, table } = parts;
  const info = infoOf(parts, "index");
  const own = info?.get("index_name") ?? null;
  if (own !== null && typeof own !== "string" && typeof own !== "bigint" && typeof own !== "number") {
    throw damagedLegacy(origin, "the name of its index is neither text nor a number");
  }
  const name = indexName(own === null ? undefined : String(own), columns, origin);
  return memberColumn(arrow, parts, name, member, member.offset, textOf(table.get("index_kind")), info);
}

/** What pandas notes of a member beside its type: time zone, name, frequency. */
function infoOf({ group }: TableParts, member: string): ReadonlyMap<PickleNode, PickleNode> | undefined {
  const info = pandasValue(group, "info");
  const found = info instanceof Map ? info.get(member) : undefined;
  return found instanceof Map ? found : undefined;
}

/** The columns of a member: each element of an array, or the member itself. */
function memberColumns(arrow: Arrow, parts: TableParts, member: Hdf5Member): LegacyColumn[] {
  const { origin, table } = parts;
  const names = nameList(pandasValue(table, `${member.name}_kind`));
  if (!names) throw damagedLegacy(origin, `nothing says which columns the member ${member.name} holds`);
  if (textOf(table.get(`${member.name}_meta`)) === "category") {
    const reason = `column ${names.map((name) => JSON.stringify(name)).join(", ")} is categorical`;
    throw unsupportedLegacy(origin, reason, "Write it again after astype(str).");
  }
  const kind = textOf(table.get(`${member.name}_dtype`));
  const info = infoOf(parts, member.name);
  const { array_type: element = member } = member;
  if (member.array_type && member.array_type.shape?.length !== 1) {
    throw damagedLegacy(origin, `the member ${member.name} is not a row of values`);
  }
  const width = member.array_type?.shape?.[0] ?? 1;
  if (width !== names.length) {
    throw damagedLegacy(origin, `the member ${member.name} has ${width} columns and ${names.length} names`);
  }
  return names.map((name, i) => {
    return memberColumn(arrow, parts, name, element, member.offset + i * element.size, kind, info);
  });
}

function memberColumn(
  arrow: Arrow,
  { origin, group, bytes, rows, stride, textAt }: TableParts,
  name: string,
  type: Hdf5Type,
  offset: number,
  kind: string | undefined,
  info: ReadonlyMap<PickleNode, PickleNode> | undefined,
): LegacyColumn {
  const zone = zoneOf(info?.get("tz"), origin);
  const missing = textOf(group.get("nan_rep")) ?? "nan";
  const layout = { bytes, rows, stride, offset, textAt, bigEndian: !type.littleEndian, origin };
  return pandasColumn(arrow, name, type, layout, { kind, zone, missing });
}
