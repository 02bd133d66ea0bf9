import { ColumnNotFoundError } from "../../errors/column-not-found-error.js";
import { FetchBatchError } from "../../errors/fetch-batch-error.js";
import { untilAborted } from "../until-aborted.js";

/** A column as a fetcher has to know it. */
export interface KnownColumn {
  readonly name: string;
}

/** The columns of tables, kept so that not every batch asks for them. */
export interface TableColumns<Column extends KnownColumn> {
  /** The names of all columns of the table as they are now. @throws FetchBatchError `table-not-found` */
  names(table: string, signal: AbortSignal): Promise<string[]>;
  /** The named columns, in this order: as they were last, or as they are now where one was not there. @throws ColumnNotFoundError; FetchBatchError `table-not-found` */
  pick(table: string, names: readonly string[], signal: AbortSignal): Promise<readonly Column[]>;
}

/**
 * Keeps what `load` tells of tables.
 *
 * @param load - the columns of a table by name; none when there is no such table
 */
export function tableColumns<Column extends KnownColumn>(
  load: (table: string) => Promise<readonly Column[]>,
): TableColumns<Column> {
  const kept = new Map<string, Promise<ReadonlyMap<string, Column>>>();

  function loadAnew(table: string): Promise<ReadonlyMap<string, Column>> {
    const loading = loadByName(table, load);
    kept.set(table, loading);
    loading.catch(() => {
      if (kept.get(table) === loading) kept.delete(table);
    });
    return loading;
  }

  async function pick(table: string, names: readonly string[], signal: AbortSignal): Promise<readonly Column[]> {
    const before = kept.get(table);
    let byName = await untilAborted(() => before ?? loadAnew(table), signal);
    if (before !== undefined && names.some((name) => !byName.has(name))) {
      byName = await untilAborted(() => loadAnew(table), signal);
    }
    const missing = names.filter((name) => !byName.has(name));
    if (missing.length > 0) throw new ColumnNotFoundError(table, missing, [...byName.keys()]);
    return names.map((name) => byName.get(name)!);
  }

  return {
    pick,
    names: async (table, signal) => [...(await untilAborted(() => loadAnew(table), signal)).keys()],
  };
}

async function loadByName<Column extends KnownColumn>(
  table: string,
  load: (table: string) => Promise<readonly Column[]>,
): Promise<ReadonlyMap<string, Column>> {
  const columns = await load(table);
  if (columns.length === 0) {
    throw new FetchBatchError(
      `The database has no table ${JSON.stringify(table)}, or this connection may not see it. Give its name as schema.table, or say in the option resolveTable which table is meant.`,
      { code: "table-not-found", facts: { table } },
    );
  }
  return new Map(columns.map((column) => [column.name, column]));
}
