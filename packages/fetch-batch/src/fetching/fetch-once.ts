import { type DatasetIds, sleepUntilAborted } from "@larder/core";
import { type AnswerPiece, collectAnswer } from "../answers/collect-answer.js";
import { FetchTimeoutError } from "../errors/fetch-timeout-error.js";
import type { Fetcher, FetchIds } from "../fetcher.js";
import { idsForPeople } from "../ids/ids-for-people.js";
import type { Pace } from "./pace.js";

/** One question to a database. */
export interface FetchAsk {
  readonly fetcher: Fetcher;
  readonly table: string;
  readonly ids: DatasetIds;
  /** To be selected, the id column first. */
  readonly columns: readonly string[];
  readonly idColumn: string;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly pace: Pace;
}

/**
 * Asks a fetcher once, and takes all that it answers.
 *
 * @throws FetchTimeoutError; AnswerError `invalid-answer`; the reason of the signal; what the fetcher throws
 */
export function fetchOnce({
  fetcher,
  table,
  ids,
  columns,
  idColumn,
  ...limits
}: FetchAsk): Promise<readonly AnswerPiece[]> {
  const late = () => new FetchTimeoutError(table, ids.length, limits.timeoutMs!);
  return withinTime(limits, late, async (signal) => {
    const asked = idsForPeople(ids) as FetchIds;
    return collectAnswer(await fetcher(asked, table, { columns, idColumn, signal }), signal);
  });
}

/** How long something may take. */
export interface TimeLimits {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly pace: Pace;
}

/**
 * Does something until it is done, its time is over, or the signal ends it; then its own signal is aborted, and it is not waited for.
 *
 * @throws what `late` makes; the reason of the signal; what `work` throws
 */
export function withinTime<Result>(
  { timeoutMs, signal, pace }: TimeLimits,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const own = new AbortController();
    const timer = new AbortController();
    const end = () => {
      timer.abort();
      signal?.removeEventListener("abort", onAbort);
    };
    const giveUp = (reason: unknown) => {
      end();
      reject(reason);
      own.abort(reason);
    };
    const onAbort = () => giveUp(signal!.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (timeoutMs !== undefined) {
      const { sleep = sleepUntilAborted } = pace;
      sleep(timeoutMs, timer.signal).then(
        () => timer.signal.aborted || giveUp(late()),
        () => undefined,
      );
    }
    work(own.signal).then(
      (result) => {
        end();
        resolve(result);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
  });
}
