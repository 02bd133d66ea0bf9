import { LarderError } from "@larder/core";
import type { CheckedAnswer } from "../answers/checked-answer.js";
import { type ToldPart, toldParts } from "../answers/told-parts.js";
import { shown } from "../errors/invalid-request.js";
import { tableBytes } from "../fetching/estimate-bytes.js";
import type { IdGroup } from "../fetching/run-batches.js";
import type { DataCall } from "./data-call.js";

/** An answer with the question it belongs to. */
export interface AnsweredBatch {
  readonly batch: IdGroup;
  readonly answer: CheckedAnswer;
  /** `undefined`: it can't be stored. */
  readonly sequence: number | undefined;
  readonly fetchedAt: number;
}

/**
 * Stores an answer, and keeps its rows in memory as far as there is room, or all of them where storing fails.
 *
 * @throws ColumnTypeError
 */
export async function keepAnswer(call: DataCall, answered: AnsweredBatch): Promise<void> {
  const { batch, answer } = answered;
  const { rows, strangers } = answer;
  if (strangers.count > 0) {
    call.warn({
      code: "unasked-rows",
      message: `The fetcher answered for ${JSON.stringify(call.table)} with ${strangers.count} rows that nobody had asked for, such as ${shown(strangers.example)}; they are left out.`,
      facts: { table: call.table, rows: strangers.count, example: strangers.example },
    });
  }
  call.counts.idsFetched += batch.ids.length;
  call.counts.rowsFetched += rows;
  call.counts.cellsFetched += rows * batch.columns.length;
  for (const part of await toldParts(call, batch.columns, answer)) {
    const stored = await storePart(call, answered, part);
    if (part.ids.length === 0) continue;
    const bytes = tableBytes(part.rows);
    if (stored && !call.keepAll && call.keptBytes + bytes > call.keptLimit) continue;
    call.kept.push({ ids: part.ids, columns: batch.columns, rows: part.rows });
    call.keptBytes += bytes;
  }
}

/** Whether a part could be stored. @throws ColumnTypeError */
async function storePart(call: DataCall, answered: AnsweredBatch, part: ToldPart): Promise<boolean> {
  const { batch, sequence, fetchedAt } = answered;
  if (sequence === undefined) return false;
  const { version } = call.freshness;
  const { columns } = batch;
  try {
    await call.store({ ids: part.told, columns, rows: part.rows, sequence, fetchedAt, version, types: call.types });
    call.counts.rowsStored += part.ids.length;
    return true;
  } catch (cause) {
    if (LarderError.isInstance(cause, "column-type") || LarderError.isInstance(cause, "unknown-type")) throw cause;
    call.warn({
      code: "store-failed",
      message: `What was fetched of ${JSON.stringify(call.table)} could not be stored, and is answered from memory: ${cause instanceof Error ? cause.message : String(cause)}`,
      facts: { table: call.table },
      cause,
    });
    return false;
  }
}
