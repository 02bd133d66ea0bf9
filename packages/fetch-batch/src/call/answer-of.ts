import { inspect } from "node:util";
import type { Table } from "apache-arrow";
import { answerColumns, answerRows } from "../answers/answer-rows.js";
import type { DataAnswer, FetchReport } from "../data-answer.js";
import { type Id, idsForPeople } from "../ids/ids-for-people.js";
import { type Arrow, loadArrow } from "../load-arrow.js";
import { type DataCall, distinctIds } from "./data-call.js";

/** A table with what is beside it. */
export function tableAnswer(arrow: Arrow, table: Table): Pick<DataAnswer, "table" | "toRows" | "toColumns"> {
  return {
    table,
    toRows: () => answerRows(arrow, table),
    toColumns: () => answerColumns(arrow, table),
  };
}

/** The answer of a call. */
export async function answerOf(call: DataCall, table: Table, missing: DataCall["absent"]): Promise<DataAnswer> {
  const missingIds = idsForPeople(missing) as readonly Id[];
  return { ...tableAnswer(await loadArrow(), table), missingIds, report: reportOf(call) };
}

/** What a call has cost until now. */
export function reportOf(call: DataCall): FetchReport {
  const { counts, ids } = call;
  let fromCache: number | undefined;
  const report: FetchReport = {
    ...counts,
    // To count distinct ids takes a while where there are many, so it is done when somebody looks.
    get idsFromCache() {
      fromCache ??= ids.length === 0 ? 0 : Math.max(0, distinctIds(call).length - counts.idsFetched);
      return fromCache;
    },
    seconds: (call.clock.monotonic() - call.startedAt) / 1000,
    peakMegabytes: call.memory.bytes() / 2 ** 20,
  };
  // Printed, it has figures alone, and no `[Getter]`.
  return Object.defineProperty(report, inspect.custom, { value: () => ({ ...report }) });
}
