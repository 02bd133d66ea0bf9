import { join } from "node:path";
import { CacheCorruptionError, LarderError } from "@larder/core";
import type { DatasetContext } from "./dataset-context.js";
import { emptyIds } from "./ids/id-set.js";
import { type DatasetState, emptyState } from "./log/dataset-state.js";
import { writing } from "./log/log-error.js";
import { epochsWithoutRows } from "./log/lost-epochs.js";
import type { PartRecord } from "./part-record.js";
import { putAside, quarantine } from "./put-aside.js";
import { removeUnnamed } from "./remove-parts.js";

/**
 * What is stored now. A dataset that can't be read counts as empty, with a warning.
 *
 * @throws LarderError `newer-format`
 */
export async function currentState(context: DatasetContext): Promise<DatasetState> {
  try {
    return await knownState(context);
  } catch (error) {
    if (LarderError.isInstance(error, "newer-format")) throw error;
    const { table, directory } = context;
    const message = `The dataset of ${JSON.stringify(table)} in ${directory} can't be read: ${textOf(error)}. Nothing of it is used.`;
    context.warn("dataset-unreadable", message, { table, directory }, error);
    return emptyState;
  }
}

/** What is stored now. @throws LarderError `newer-format`, `disk-full`, `write-failed` */
export async function knownState(context: DatasetContext): Promise<DatasetState> {
  return withoutLost(context, await writing(context.directory, () => context.log.refresh()));
}

const patched = new WeakMap<DatasetState, { readonly lost: number; readonly state: DatasetState }>();

/** Parts that were found to be unreadable don't count, whether that could be written down or not. */
function withoutLost({ lost, settings }: DatasetContext, state: DatasetState): DatasetState {
  if (![...lost].some((name) => state.parts.has(name))) return state;
  const before = patched.get(state);
  if (before?.lost === lost.size) return before.state;
  const at = settings.clock.now();
  const parts = [...state.parts.values()].map((part) =>
    lost.has(part.name) ? { ...part, keys: emptyIds, columns: [], epochs: epochsWithoutRows(part.epochs, at) } : part,
  );
  const without = { ...state, parts: new Map(parts.map((part) => [part.name, part])) };
  patched.set(state, { lost: lost.size, state: without });
  return without;
}

/**
 * What follows from an error of reading a part: a damaged part is dropped. A part that is gone was merged into others, which a newer
 * state names; where none does, its file is lost.
 *
 * @param parts those that were read from
 * @returns the newer state to read from, where there is one
 * @throws the error itself otherwise, or CacheCorruptionError where a file is lost
 */
export async function afterReadError(
  context: DatasetContext,
  parts: Iterable<PartRecord>,
  error: unknown,
): Promise<DatasetState> {
  const isGone = LarderError.isInstance(error, "part-gone");
  if (!isGone && !LarderError.isInstance(error, "cache-corruption")) throw error;
  const part = [...parts].find(({ name }) => join(context.directory, name) === error.facts.file);
  if (part === undefined) throw error;
  if (!isGone) {
    await dropPart(context, part, error);
    throw error;
  }
  const newer = await currentState(context);
  if (!newer.parts.has(part.name)) return newer;
  const lost = new CacheCorruptionError(join(context.directory, part.name), "it is not there any more", error);
  await dropPart(context, part, lost);
  throw lost;
}

/**
 * Puts an unreadable part aside. What its rows told is not known any more; what else it told still holds. From now on it does not
 * count for this process, even where nothing can be written.
 */
export async function dropPart(context: DatasetContext, part: PartRecord, cause: unknown): Promise<void> {
  const { directory, log, lost, settings } = context;
  const { name } = part;
  if (lost.has(name)) return;
  lost.add(name);
  const message = `The part ${name} of the dataset in ${directory} is unreadable and was put aside; what it held is fetched again.`;
  context.warn("damaged-part", message, { directory, part: name }, cause);
  try {
    await quarantine(directory);
    await putAside(directory, name).catch(() => undefined);
    const kept = await context.writeEpochs(epochsWithoutRows(part.epochs, settings.clock.now()));
    const state = await log.commit((newest) =>
      newest.parts.has(name) ? { kind: "drop", add: [kept], remove: [name] } : undefined,
    );
    if (!state.parts.has(kept.name)) await removeUnnamed(context, [kept]);
  } catch (error) {
    const failure = `That the part ${name} of the dataset in ${directory} is unreadable could not be written down: ${textOf(error)}. Other processes find it out themselves.`;
    context.warn("part-not-dropped", failure, { directory, part: name }, error);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
