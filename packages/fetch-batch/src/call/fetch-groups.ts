import { checkedAnswer } from "../answers/checked-answer.js";
import { calculateBatchSize } from "../calculate-batch-size.js";
import { type ColumnSource, columnSources, selectedColumns } from "../columns/column-sources.js";
import { ColumnNotFoundError } from "../errors/column-not-found-error.js";
import { FetchTimeoutError } from "../errors/fetch-timeout-error.js";
import { type BatchSizer, batchSizer } from "../fetching/batch-sizer.js";
import { fetchOnce, withinTime } from "../fetching/fetch-once.js";
import { type IdGroup, runBatches } from "../fetching/run-batches.js";
import { type RetryOptions, tryOften } from "../fetching/try-often.js";
import { type Id, idsForPeople } from "../ids/ids-for-people.js";
import { idsWithout, noIds, unitedIds } from "../ids/sorted-ids.js";
import type { DataCall } from "./data-call.js";
import { keepAnswer } from "./keep-answer.js";
import { progressOf } from "./progress-of.js";

/**
 * Fetches groups of ids in batches and stores what comes. Batches that fail are noted in `failures`; the others go on.
 *
 * @throws ColumnNotFoundError, which ends all; the reason of the signal
 */
export async function fetchGroups(call: DataCall, groups: readonly IdGroup[]): Promise<void> {
  const { fetcher, concurrency = 4, batchSize, memoryLimitBytes } = call.fetching!;
  const missing = groups.reduce((sum, { ids }) => sum + ids.length, 0);
  if (missing === 0) return;
  const size = calculateBatchSize(missing, batchSize);
  const sizer = batchSizer({ batchSize: size, concurrency, memoryLimitBytes });
  const available = fetcher.columnsOf === undefined ? undefined : await knownColumns(call, groups);
  if (call.failures.length > 0) return;
  const sources = columnSources(call.columns, available);
  if (available !== undefined) checkColumns(call, sources, available);

  const stop = new AbortController();
  const onAbort = () => stop.abort(call.signal!.reason);
  call.signal?.addEventListener("abort", onAbort, { once: true });
  if (call.signal?.aborted) onAbort();
  const progress = progressOf(call, missing, sizer);
  const absent: DataCall["absent"][] = [];
  try {
    progress.tell();
    await runBatches(groups, sizer, stop.signal, async (batch) => {
      try {
        const wanted = sources.filter(({ name }) => batch.columns.includes(name));
        absent.push(await fetchBatch(call, batch, wanted, sizer, stop.signal));
        progress.done(batch.ids.length);
      } catch (error) {
        // It would be so in every other batch: they need not be waited for.
        if (!stop.signal.aborted) stop.abort(error);
        throw error;
      }
    });
  } finally {
    call.signal?.removeEventListener("abort", onAbort);
    call.fetching!.onProgress?.ended?.();
  }
  const asked = groups.map(({ ids }) => ids);
  call.absent = unitedIds([idsWithout(call.absent, unitedIds(asked, call.ids)), ...absent], call.ids);
}

/** Fetches a batch, and gives the ids that have no row. */
async function fetchBatch(
  call: DataCall,
  batch: IdGroup,
  sources: readonly ColumnSource[],
  sizer: BatchSizer,
  signal: AbortSignal,
): Promise<DataCall["absent"]> {
  const { counts, table, idColumn, idKind, types } = call;
  const { fetcher, timeoutMs } = call.fetching!;
  const options = retryOptions(call, signal);
  const { pace } = options;
  const columns = selectedColumns(sources, idColumn);
  let sequence: number | undefined;
  let fetchedAt = 0;
  counts.batches++;
  const outcome = await tryOften(options, async (attempt) => {
    if (attempt > 1) counts.retries++;
    fetchedAt = call.clock.now();
    sequence = await nextSequence(call);
    counts.queries++;
    return fetchOnce({ fetcher, table, ids: batch.ids, columns, idColumn, timeoutMs, signal, pace });
  });
  call.memory.look();
  try {
    if (!outcome.ok) throw outcome.cause;
    sizer.learn(outcome.result);
    const ask = { table, idColumn, idKind, ids: batch.ids, sources, types };
    const answer = await checkedAnswer(ask, outcome.result);
    call.memory.look();
    await keepAnswer(call, { batch, answer, sequence, fetchedAt });
    return answer.absent;
  } catch (cause) {
    if (cause instanceof ColumnNotFoundError || (signal.aborted && cause === signal.reason)) throw cause;
    call.failures.push({ ids: idsForPeople(batch.ids) as readonly Id[], cause, attempts: outcome.attempts });
    return noIds(call.ids);
  }
}

/** How a call's batches are tried again. */
function retryOptions(call: DataCall, signal: AbortSignal | undefined): RetryOptions {
  const { retries = 2, retryDelayMs = 200, isRetryable, pace = {} } = call.fetching!;
  return { retries, retryDelayMs, isRetryable, signal, pace };
}

/** `undefined` when the cache can't tell: then nothing can be stored. @throws where a call needs one */
async function nextSequence(call: DataCall): Promise<number | undefined> {
  try {
    return await call.dataset.nextSequence();
  } catch (cause) {
    if (call.needsSequence) throw cause;
    call.warn({
      code: "cache-failed",
      message: `The cache of ${JSON.stringify(call.table)} can't be used now; what is fetched is not stored.`,
      facts: { table: call.table },
      cause,
    });
    return undefined;
  }
}

/** The columns of the table, as the fetcher knows them; a failure is noted as one of all ids. */
async function knownColumns(call: DataCall, groups: readonly IdGroup[]): Promise<ReadonlySet<string> | undefined> {
  const { fetcher, timeoutMs } = call.fetching!;
  const { signal, table } = call;
  const options = retryOptions(call, signal);
  const ids = unitedIds(
    groups.map((group) => group.ids),
    call.ids,
  );
  const late = () => new FetchTimeoutError(table, ids.length, timeoutMs!);
  const outcome = await tryOften(options, () =>
    withinTime({ timeoutMs, signal, pace: options.pace }, late, async (own) => fetcher.columnsOf!(table, own)),
  );
  if (outcome.ok) return new Set(outcome.result);
  if (outcome.cause instanceof ColumnNotFoundError) throw outcome.cause;
  call.failures.push({ ids: idsForPeople(ids) as readonly Id[], cause: outcome.cause, attempts: outcome.attempts });
  return undefined;
}

function checkColumns(call: DataCall, sources: readonly ColumnSource[], available: ReadonlySet<string>): void {
  const lacking = sources.filter(({ column }) => !available.has(column)).map(({ name }) => name);
  if (!available.has(call.idColumn)) lacking.unshift(call.idColumn);
  if (lacking.length > 0) throw new ColumnNotFoundError(call.table, lacking, [...available].sort());
}
