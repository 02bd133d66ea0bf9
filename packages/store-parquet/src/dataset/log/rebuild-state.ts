import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { LarderError } from "@larder/core";
import type { Epoch, PartRecord } from "../part-record.js";
import { isPartName } from "../parts/part-name.js";
import { putAside } from "../put-aside.js";
import { ifThere, systemCode } from "../system-code.js";
import { countingParts } from "./counting-parts.js";
import { type DatasetState, greatestSequence } from "./dataset-state.js";
import type { LogFile } from "./entry-format.js";
import { isContent, type LogFiles } from "./log-files.js";
import type { LogContext } from "./log-options.js";
import { epochsWithoutRows } from "./lost-epochs.js";

/**
 * What a dataset is made of by its parts alone, as the entry after `files`. Parts that can't be read are put aside. What they may
 * have told of cells is not known any more, nor what parts told that are gone, and what is older of the same cells must not come
 * back: where a readable file of the log has such a part's record, its keys are invalidated; where none has, all that is older is.
 */
export async function rebuildState(context: LogContext, files: LogFiles): Promise<DatasetState> {
  const { parts, unreadable } = await readParts(context);
  const { counting, replaced } = countingParts(parts, unreadable.keys());
  const remains = await readableRemains(files);
  const sequence = greatestSequence(counting, remains.sequence);
  const present = new Set([...parts.map(({ name }) => name), ...unreadable.keys()]);
  const lost = [
    ...[...unreadable.keys()].filter((name) => !replaced.includes(name)),
    ...missingParts(remains.live, present, parts),
  ];
  const epochs = lostEpochs(lost, remains.records, sequence, context.clock.now());
  for (const [name, cause] of unreadable) await dropUnreadable(context, name, cause);
  const kept = epochs.length === 0 ? counting : [...counting, await context.writeEpochs(epochs, lost)];
  const entry = files.highest + 1;
  return {
    entry,
    parts: new Map(kept.map((part) => [part.name, part])),
    columns: context.registryOf(inOrderOfComing(kept)),
    sequence: greatestSequence(kept, sequence),
    retired: replaced.filter((name) => !unreadable.has(name)).map((name) => ({ name, entry })),
    storedBytes: kept.reduce((bytes, { byteLength }) => bytes + byteLength, 0),
    compactedBytes: 0,
  };
}

/** Names of the files in `base/` and `recent/` that are named as parts. */
export async function partFiles(directory: string): Promise<string[]> {
  const names: string[] = [];
  for (const place of ["base", "recent"]) {
    const found = (await ifThere(() => readdir(join(directory, place)))) ?? [];
    names.push(...found.map((name) => `${place}/${name}`).filter(isPartName));
  }
  return names.sort();
}

/** What readable files of a log still tell. */
interface Remains {
  readonly records: ReadonlyMap<string, PartRecord>;
  /** Names of the parts that counted last, as far as can be read. */
  readonly live: ReadonlySet<string>;
  readonly sequence: number;
}

async function readParts({ directory, readPart }: LogContext) {
  const parts: PartRecord[] = [];
  const unreadable = new Map<string, unknown>();
  for (const name of await partFiles(directory)) {
    try {
      parts.push(await readPart(name));
    } catch (error) {
      if (LarderError.isInstance(error, "cache-corruption")) unreadable.set(name, error);
      else if (!LarderError.isInstance(error, "part-gone")) throw error;
    }
  }
  return { parts, unreadable };
}

async function readableRemains(files: LogFiles): Promise<Remains> {
  const records = new Map<string, PartRecord>();
  let live = new Set<string>();
  let sequence = 0;
  const take = ({ content }: { readonly content: LogFile }) => {
    if (content.type !== "entry") live = new Set();
    const { remove, add } =
      content.type === "entry" ? content.change : { remove: [], add: content.state.parts.values() };
    for (const name of remove) live.delete(name);
    for (const part of add) {
      records.set(part.name, part);
      live.add(part.name);
      sequence = greatestSequence([part], sequence);
    }
  };
  const numbers = new Set([...files.entries, ...files.states]);
  for (const number of [...numbers].sort((a, b) => a - b)) {
    for (const file of [await files.entry(number), await files.state(number)]) {
      if (isContent(file)) take(file);
    }
  }
  return { records, live, sequence };
}

/** Parts that counted, and neither are there nor were replaced by one that is there, whether that one counts or not. */
function missingParts(live: Iterable<string>, present: ReadonlySet<string>, parts: readonly PartRecord[]): string[] {
  const replaced = new Set(parts.flatMap(({ replaces }) => replaces));
  return [...live].filter((name) => !present.has(name) && !replaced.has(name));
}

function lostEpochs(
  lost: readonly string[],
  records: ReadonlyMap<string, PartRecord>,
  sequence: number,
  at: number,
): Epoch[] {
  const known = lost.map((name) => records.get(name));
  if (known.includes(undefined)) return [{ kind: "invalid", sequence: sequence + 1, at }];
  return known.flatMap((record) => epochsWithoutRows(record?.epochs ?? [], at));
}

async function dropUnreadable({ directory, warn }: LogContext, name: string, cause: unknown): Promise<void> {
  try {
    await putAside(directory, name);
  } catch (error) {
    // Another has put it aside meanwhile, or nobody may: it counts for nothing either way.
    if (systemCode(error) === "ENOENT") return;
  }
  warn(
    "damaged-part",
    `The part ${name} of the dataset in ${directory} is unreadable and was put aside; what it held is fetched again.`,
    { directory, part: name },
    cause,
  );
}

function inOrderOfComing(parts: readonly PartRecord[]): PartRecord[] {
  const first = new Map(parts.map((part) => [part, Math.min(...part.epochs.map(({ sequence }) => sequence))]));
  return parts.toSorted((a, b) => first.get(a)! - first.get(b)! || (a.name < b.name ? -1 : 1));
}
