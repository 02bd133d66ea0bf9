import type { TableScan } from "@larder/core";
import type { Table } from "apache-arrow";
import type { Given } from "../parsing/given.js";

/** The scan with the columns that `--columns` names, of the first `--rows` rows where that is given. */
export function narrowedScan(scan: TableScan<Table>, given: Given): TableScan<Table> {
  const columns = given
    .text("columns")
    ?.split(",")
    .map((name) => name.trim());
  const rows = given.number("rows");
  const selected = columns === undefined ? scan : scan.select(columns);
  return rows === undefined ? selected : selected.head(rows);
}
