import { formatCount } from "@larder/app-shared";
import type { StepResult } from "./database-protocol.js";

/** What the database was asked in a step, and why not more. */
export function wordsOfStep(step: Omit<StepResult, "ok">): string {
  const { queries, rowsAsked, cellsAsked, columnsAsked, idsFromCache, interrupted } = step;
  if (queries === 0 && interrupted) return "Ctrl-C before anything was asked";
  if (queries === 0) return `nothing asked: ${counted(idsFromCache, "row")} in the cache`;
  const columns = rowsAsked === 0 ? columnsAsked.length : cellsAsked / rowsAsked;
  const asked = `${counted(rowsAsked, "row")} of ${counted(columns, "column")} in ${counted(queries, "query", "queries")}`;
  if (interrupted) return `${asked}, then Ctrl-C`;
  return idsFromCache === 0 ? asked : `${asked}; ${counted(idsFromCache, "row")} in the cache`;
}

function counted(count: number, one: string, more = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : more}`;
}
