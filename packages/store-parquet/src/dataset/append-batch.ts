import { type DatasetBatch, type DatasetIds, LarderError } from "@larder/core";
import { afterReadError, knownState } from "./current-state.js";
import type { DatasetContext } from "./dataset-context.js";
import { heldTexts } from "./held-texts.js";
import { intersectIds } from "./ids/combine-id-sets.js";
import type { IdSet } from "./ids/id-set.js";
import { idSetOf } from "./ids/make-id-set.js";
import { makeDataset } from "./log/dataset-file.js";
import type { DatasetState } from "./log/dataset-state.js";
import { writing } from "./log/log-error.js";
import type { Epoch, PartColumn, PartRecord } from "./part-record.js";
import { writePart } from "./parts/write-part.js";
import { batchTable, type CheckedBatch, checkBatch, type KeyedBatch } from "./prepare-batch.js";
import { removeParts, removeUnnamed } from "./remove-parts.js";
import { isCredible, isTooOld, nextSequence } from "./sequences.js";
import { keysOfTexts } from "./text-keys.js";
import { invalidBatch } from "./unstored-rows.js";
import { widenedColumns } from "./widened-columns.js";

/** Others may change what a batch has to fit so often while it is stored. */
const mostAttempts = 20;

/**
 * Stores a batch: writes a part, then the entry of the log that names it.
 *
 * @throws ColumnTypeError; LarderError `invalid-batch`, `unstorable-table`, `unknown-type`, `disk-full`, `write-failed`,
 *   `dataset-mismatch`, `newer-format`, `dataset-busy`
 */
export async function appendBatch(context: DatasetContext, batch: DatasetBatch): Promise<void> {
  const { sequence: given, fetchedAt = context.settings.clock.now() } = batch;
  checkIds(context, batch.ids);
  if (!Number.isFinite(fetchedAt)) throw invalidBatch(`it was fetched at ${fetchedAt}`, { fetchedAt });
  const checked = checkBatch(context, batch);
  if (given !== undefined && isTooOld(context, given)) {
    const message = `A batch of ${JSON.stringify(context.table)} was not stored: its fetch began more than a day ago, and what was invalidated since may be forgotten.`;
    context.warn("batch-too-old", message, { table: context.table, sequence: given });
    return;
  }
  if (batch.ids.length === 0) return;
  await ensureDataset(context);
  let state = await knownState(context);
  if (given !== undefined && !isCredible(context, state, given)) {
    throw invalidBatch(`the sequence ${given} is not one that nextSequence gave`, { sequence: given });
  }
  const sequence = given ?? nextSequence(context, state);
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const outcome = await tryAppend(context, batch, checked, state, { sequence, fetchedAt });
    if (outcome === "stored") return;
    state = outcome;
  }
  throw new LarderError(
    `A batch of ${JSON.stringify(context.table)} could not be stored: others changed what it has to fit ${mostAttempts} times meanwhile. Try again.`,
    { code: "dataset-busy", facts: { table: context.table } },
  );
}

/** Makes the dataset where there is none. @throws LarderError `dataset-mismatch`, `newer-format`, `disk-full`, `write-failed` */
export async function ensureDataset(context: DatasetContext): Promise<void> {
  const { directory, table, idColumn, idKind, settings, tell } = context;
  const facts = { table, idColumn, idKind, created: settings.clock.now() };
  await writing(directory, () => makeDataset(directory, facts, { durability: settings.durability, onWarning: tell }));
}

/** @throws LarderError `invalid-ids` for ids of the other kind */
export function checkIds({ table, idKind }: DatasetContext, ids: DatasetIds): void {
  const isRight = idKind === "int64" ? ids instanceof BigInt64Array : Array.isArray(ids);
  if (isRight) return;
  const wanted = idKind === "int64" ? "whole numbers, in a BigInt64Array" : "texts, in an array";
  throw new LarderError(`The ids of ${JSON.stringify(table)} are ${wanted}; others were given.`, {
    code: "invalid-ids",
    facts: { table, idKind },
  });
}

/** The keys of ids. */
export function keySetOf({ textKey }: DatasetContext, ids: DatasetIds): IdSet {
  return idSetOf(ids instanceof BigInt64Array ? ids : keysOfTexts(ids, textKey));
}

interface Told {
  readonly sequence: number;
  readonly fetchedAt: number;
}

/** @returns the state to try again on, where the batch has to be made anew for it */
async function tryAppend(
  context: DatasetContext,
  batch: DatasetBatch,
  checked: CheckedBatch,
  state: DatasetState,
  told: Told,
): Promise<"stored" | DatasetState> {
  const held = context.parts.hold(state);
  let keyed: KeyedBatch;
  try {
    const isText = context.idKind === "text";
    keyed = checked.keyed(isText ? await heldTexts(context, state.parts, held, checked.keys) : new Map());
  } catch (error) {
    return await newerState(context, state, error);
  } finally {
    await held.release();
  }
  if (keyed.rowKeys.size === 0 && keyed.absentKeys.size === 0) return "stored";
  const { table, columns } = batchTable(context, checked, keyed, state.columns, batch.types);
  const named = new Set(Object.keys(batch.types ?? {}));
  widenedColumns(state.columns, columns, named);
  const { directory, settings } = context;
  const epochs = epochsOf(checked.columns, keyed, batch.version, told);
  const target = { directory, place: "recent", durability: settings.durability } as const;
  const part = await writePart(target, { table, keys: keyed.rowKeys, epochs, sequences: told.sequence });
  return commitBatch(context, part, state, checked, named);
}

async function commitBatch(
  context: DatasetContext,
  part: PartRecord,
  state: DatasetState,
  batch: CheckedBatch,
  named: ReadonlySet<string>,
): Promise<"stored" | DatasetState> {
  let other: DatasetState | undefined;
  try {
    await context.log.commit((newest) => {
      other = undefined;
      const columns = fittingColumns(state, newest, part.columns, named);
      if (columns === undefined || (context.idKind === "text" && mayHold(state, newest, batch.keys))) {
        other = newest;
        return undefined;
      }
      return { kind: "batch", add: [part], remove: [], ...(columns !== newest.columns && { columns }) };
    });
  } catch (error) {
    await removeUnnamed(context, [part]);
    throw error;
  }
  if (other === undefined) return "stored";
  await removeParts(context.directory, [part]);
  return other;
}

/** The columns with the batch's; `undefined` when they don't fit what others stored since it was made. */
function fittingColumns(
  state: DatasetState,
  newest: DatasetState,
  columns: readonly PartColumn[],
  named: ReadonlySet<string>,
): readonly PartColumn[] | undefined {
  try {
    return widenedColumns(newest.columns, columns, named);
  } catch (error) {
    if (newest.columns === state.columns) throw error;
    return undefined;
  }
}

/** Whether others may have stored texts since that hold keys of the batch. */
function mayHold(state: DatasetState, newest: DatasetState, keys: IdSet): boolean {
  return [...newest.parts.values()].some(
    (part) =>
      !state.parts.has(part.name) &&
      (intersectIds(part.keys, keys).size > 0 ||
        part.epochs.some((epoch) => epoch.kind === "absent" && intersectIds(epoch.keys, keys).size > 0)),
  );
}

function epochsOf(
  columns: readonly string[],
  { rowKeys, absentKeys, absentTexts: texts }: KeyedBatch,
  version: string | undefined,
  told: Told,
): Epoch[] {
  const fetched = { ...told, ...(version !== undefined && { version }) };
  const epochs: Epoch[] = [];
  if (rowKeys.size > 0) epochs.push({ kind: "rows", ...fetched, columns, keys: rowKeys });
  if (absentKeys.size > 0) epochs.push({ kind: "absent", ...fetched, keys: absentKeys, ...(texts && { texts }) });
  return epochs;
}

/** The state to try again on after an error of reading parts. */
async function newerState(context: DatasetContext, state: DatasetState, error: unknown): Promise<DatasetState> {
  try {
    return await afterReadError(context, state.parts.values(), error);
  } catch (last) {
    if (!LarderError.isInstance(last, "cache-corruption")) throw last;
    return knownState(context);
  }
}
