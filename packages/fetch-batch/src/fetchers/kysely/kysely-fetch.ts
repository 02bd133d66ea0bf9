import type { FetchContext, FetchedRow, FetchIds } from "../../fetcher.js";
import { chunksOf } from "../sql/chunks-of.js";
import { readColumns } from "../sql/read-columns.js";
import type { SqlFetcher } from "../sql/sql-fetcher.js";
import { storableIds } from "../sql/storable-ids.js";
import { tableColumns } from "../sql/table-columns.js";
import type { ResolveTable } from "../sql/table-name.js";
import { untilAborted } from "../until-aborted.js";
import { kyselyColumns } from "./kysely-columns.js";
import type { KyselyRunner } from "./kysely-runner.js";
import { kyselyTable } from "./kysely-table.js";

/** A fetcher that asks by Kysely, each id a parameter; see `kyselyFetcher`. */
export function kyselyFetch(
  runner: KyselyRunner,
  options: { readonly idsPerQuery: number; readonly resolveTable: ResolveTable; readonly json: "parsed" | "text" },
): SqlFetcher {
  const { sql } = runner.kysely;
  const columns = tableColumns((table) => kyselyColumns(runner, options.resolveTable(table), options.json));

  async function fetchRows(ids: FetchIds, table: string, context: FetchContext): Promise<FetchedRow[]> {
    const { signal, idColumn } = context;
    const wanted = await columns.pick(table, context.columns, signal);
    const selected = sql.join(wanted.map((column) => sql`${column.select} as ${sql.id(column.name)}`));
    const from = kyselyTable(runner, options.resolveTable(table));
    const rows: FetchedRow[] = [];
    for (const chunk of chunksOf(storableIds(ids, { nul: true }), options.idsPerQuery)) {
      const query = sql`select ${selected} from ${from} as t where ${sql.id("t", idColumn)} in (${sql.join(chunk)})`;
      const found = await untilAborted(() => runner.run(query), signal);
      for (const row of readColumns(found, wanted)) rows.push(row);
    }
    return rows;
  }

  return Object.assign(fetchRows, { columnsOf: columns.names });
}
