import type { RecordBatch } from "apache-arrow";
import { useDataset } from "./cache/shared-dataset.js";
import { reportOf } from "./call/answer-of.js";
import { allOptionNames, checkOptions } from "./call/checked-options.js";
import { type DataCall, dataCall } from "./call/data-call.js";
import { makeKnown } from "./call/make-known.js";
import { checkFound, readOptions, withoutIds } from "./call/read-answer.js";
import { readingRecovery } from "./call/recover-reading.js";
import { settleCall } from "./call/settle-call.js";
import type { FetchReport } from "./data-answer.js";
import type { DataRequest } from "./data-request.js";
import { type Id, idsForPeople } from "./ids/ids-for-people.js";
import { idsFrom } from "./ids/sorted-ids.js";

/** What `streamData` is asked. */
export interface StreamRequest extends DataRequest {
  /** Most rows in one record batch, 1 or more; default 65,536. */
  readonly rows?: number | undefined;
}

/** Rows as they are read. To be gone through once. */
export interface DataStream extends AsyncIterable<RecordBatch> {
  /**
   * As in a `DataAnswer`; `undefined` before the first record batch. Complete after the last: where the cache turns out to be damaged on the
   * way, and the database has lost rows, there are more.
   */
  readonly missingIds: readonly Id[] | undefined;
  /** What it has cost until now; `undefined` before the first record batch. */
  readonly report: FetchReport | undefined;
}

/** So many bytes of fetched rows are kept in memory at most: the others are read back. */
const mostKeptBytes = 64 * 2 ** 20;

/**
 * As `getData`, for answers larger than memory: record batches in the order of `ids`, read as they are asked for. What is missing is
 * fetched, and stored, before the first. Nothing begins before somebody asks for the first.
 *
 * @throws while it is gone through: as `getData`
 */
export function streamData(request: StreamRequest): DataStream {
  let call: DataCall | undefined;
  let missingIds: readonly Id[] | undefined;
  return {
    get missingIds() {
      return missingIds;
    },
    get report() {
      return call === undefined || missingIds === undefined ? undefined : reportOf(call);
    },
    async *[Symbol.asyncIterator]() {
      yield* batchesOf(request, (begun, missing) => {
        call = begun;
        missingIds = missing;
      });
    },
  };
}

async function* batchesOf(
  request: StreamRequest,
  begin: (call: DataCall, missingIds: readonly Id[]) => void,
): AsyncGenerator<RecordBatch, void, undefined> {
  checkOptions(request, [...allOptionNames, "rows"]);
  request.signal?.throwIfAborted();
  const { dataset, done } = await useDataset(request.table, request);
  let failed: unknown;
  try {
    const call = dataCall(request, dataset);
    call.keptLimit = Math.min(call.keptLimit, mostKeptBytes);
    await makeKnown(call, { refresh: request.refresh ?? false, refetch: request.refetch ?? "rows" });
    yield* readBatches(call, request, begin);
  } catch (error) {
    failed = error;
    throw error;
  } finally {
    done(failed);
  }
}

async function* readBatches(
  call: DataCall,
  { onMissing = "throw", rows = 65_536 }: StreamRequest,
  begin: (call: DataCall, missingIds: readonly Id[]) => void,
): AsyncGenerator<RecordBatch, void, undefined> {
  const recovery = readingRecovery(call);
  let done = 0;
  let begun = false;
  while (!begun || done < call.ids.length) {
    const { snapshot, absent } = await settleCall(call);
    try {
      checkFound(call, absent, onMissing);
      begin(call, idsForPeople(absent) as readonly Id[]);
      begun = true;
      const without = new Set<bigint | string>(absent);
      for (const ids of stretches(call, done, rows)) {
        call.signal?.throwIfAborted();
        const found = withoutIds(ids, without);
        const table = found.length === 0 ? undefined : await snapshot.read(found, call.columns, readOptions(call));
        call.memory.look();
        for (const batch of table?.batches ?? []) if (batch.numRows > 0) yield batch;
        done += ids.length;
      }
      return;
    } catch (error) {
      await recovery.recover(error);
    } finally {
      await snapshot.close();
    }
  }
}

function* stretches(call: DataCall, from: number, rows: number): Generator<DataCall["ids"]> {
  for (let start = from; start < call.ids.length; start += rows) {
    yield idsFrom(call.ids, start, Math.min(call.ids.length, start + rows));
  }
}
