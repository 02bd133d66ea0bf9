import { type CompactOptions, type Dataset, type DatasetIds, LarderError } from "@larder/core";
import type { Table } from "apache-arrow";
import { appendBatch, checkIds, ensureDataset, keySetOf } from "./append-batch.js";
import type { BackgroundWork } from "./background-work.js";
import { compactInBackground, compactWhole } from "./compaction/compact-dataset.js";
import { countIds } from "./count-ids.js";
import { orderedEpochs } from "./coverage/ordered-epochs.js";
import { currentState, dropPart, knownState } from "./current-state.js";
import { claimOfDataset } from "./dataset-claim.js";
import type { DatasetContext } from "./dataset-context.js";
import type { InvalidEpoch } from "./part-record.js";
import { removeUnnamed } from "./remove-parts.js";
import { invalidSequence, nextSequence } from "./sequences.js";
import { datasetSnapshot } from "./snapshot.js";

/** What the handles of a dataset have under way together. */
export interface SharedWork {
  readonly background: BackgroundWork;
  hasSwept: boolean;
}

/** A dataset, as its user has it. @param onClose called once, when what is under way has ended */
export function datasetHandle(
  context: DatasetContext,
  shared: SharedWork,
  onClose: () => Promise<void>,
): Dataset<Table> {
  const { table, directory, idColumn, idKind, settings, log } = context;
  const running = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  async function run<Result>(step: () => Promise<Result>): Promise<Result> {
    if (closing) {
      throw new LarderError(`The dataset of ${JSON.stringify(table)} was closed. Open it again.`, {
        code: "closed-dataset",
        facts: { table },
      });
    }
    const work = step();
    running.add(work);
    try {
      return await work;
    } finally {
      running.delete(work);
    }
  }

  const compaction = {
    ...{ directory, idColumn, idKind, log, durability: settings.durability },
    ...{ partBytes: settings.partBytes, clock: settings.clock },
    onWarning: context.tell,
    onDamagedPart: (...[part, error]: [Parameters<typeof dropPart>[1], unknown]) => dropPart(context, part, error),
  };

  /** Never rejects. */
  async function sweep(): Promise<void> {
    shared.hasSwept = true;
    await log.sweep().catch((cause: unknown) => {
      const message = `What dead processes left in ${directory} could not be removed.`;
      context.warn("sweep-failed", message, { directory }, cause);
    });
  }

  /** Needs no waiting for: what fails is a warning. */
  function workInBackground(): void {
    if (!settings.backgroundCompaction) return;
    shared.background.soon(async () => {
      if (!shared.hasSwept) await sweep();
      await compactInBackground(compaction);
    });
  }

  async function invalidate(ids: DatasetIds | undefined): Promise<void> {
    if (ids) checkIds(context, ids);
    if (ids?.length === 0) return;
    await ensureDataset(context);
    const sequence = invalidSequence(context, await knownState(context));
    const epoch: InvalidEpoch = {
      ...{ kind: "invalid", sequence, at: settings.clock.now() },
      ...(ids && { keys: keySetOf(context, ids) }),
    };
    const part = await context.writeEpochs([epoch]);
    try {
      await log.commit(() => ({ kind: "batch", add: [part], remove: [] }));
    } catch (error) {
      await removeUnnamed(context, [part]);
      throw error;
    }
    workInBackground();
  }

  return {
    table,
    path: directory,
    idColumn,
    idKind,
    nextSequence: () => run(async () => nextSequence(context, await currentState(context))),
    snapshot: () => run(async () => datasetSnapshot(context, await currentState(context))),
    append: (batch) =>
      run(async () => {
        await appendBatch(context, batch);
        workInBackground();
      }),
    invalidate: (ids) => run(() => invalidate(ids)),
    claim: (ids, columns) =>
      run(async () => {
        checkIds(context, ids);
        return claimOfDataset(
          context,
          ids,
          columns.filter((column) => column !== idColumn),
        );
      }),
    compact: (options?: CompactOptions) =>
      run(async () => {
        // Of a table that was never stored nothing is made.
        if ((await knownState(context)).entry > 0) await ensureDataset(context);
        const report = await compactWhole(compaction, options);
        // Whoever reads the folder itself must not find what a dead process began.
        await sweep();
        return report;
      }),
    settle: () => shared.background.settle(),
    statistics: () =>
      run(async () => {
        const { parts, storedBytes, compactedBytes } = await currentState(context);
        const byteLength = [...parts.values()].reduce((sum, part) => sum + part.byteLength, 0);
        return { ...countIds(orderedEpochs(parts)), parts: parts.size, byteLength, storedBytes, compactedBytes };
      }),
    close() {
      closing ??= (async () => {
        await Promise.allSettled([...running]);
        await onClose();
      })();
      return closing;
    },
  };
}
