import { AnswerError } from "../errors/answer-error.js";
import { shown } from "../errors/invalid-request.js";
import type { ArrowTableLike, FetchedRow } from "../fetcher.js";

/** A stretch of an answer. */
export type AnswerPiece = readonly FetchedRow[] | ArrowTableLike;

/**
 * All that a fetcher answered. An iterable that the caller gives up is told so, and not waited for.
 *
 * @throws AnswerError `invalid-answer`; what the iterable throws; the reason of the signal
 */
export async function collectAnswer(fetched: unknown, signal: AbortSignal): Promise<readonly AnswerPiece[]> {
  if (Array.isArray(fetched) || isArrowTable(fetched)) return [fetched];
  if (!isAsyncIterable(fetched)) {
    throw new AnswerError(
      "invalid-answer",
      `The fetcher answered with ${shown(fetched)}. It must answer with an array of row objects, an Arrow table, or an async iterable of those.`,
    );
  }
  const pieces: AnswerPiece[] = [];
  let single: FetchedRow[] | undefined;
  const iterator = fetched[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const step = await iterator.next();
      if (step.done === true) {
        ended = true;
        return pieces;
      }
      const piece = step.value;
      if (Array.isArray(piece) || isArrowTable(piece)) {
        pieces.push(piece as AnswerPiece);
        single = undefined;
      } else {
        if (single === undefined) {
          single = [];
          pieces.push(single);
        }
        single.push(piece as FetchedRow);
      }
    }
  } finally {
    if (!ended) void Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}

/** Whether a value has the shape of an Arrow table. */
export function isArrowTable(value: unknown): value is ArrowTableLike {
  if (typeof value !== "object" || value === null) return false;
  const table = value as Partial<ArrowTableLike>;
  return Array.isArray(table.batches) && typeof table.numRows === "number" && Array.isArray(table.schema?.fields);
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
