import { applied, type DatasetState, emptyState } from "./dataset-state.js";
import type { StateFile } from "./entry-format.js";
import { isContent, type LogFiles, type ReadFile } from "./log-files.js";

/** How far a log has been read. */
export interface LogPosition {
  readonly state: DatasetState;
  /** Of the entry it is after; empty at the beginning. */
  readonly token: string;
  /** The newest file that is known to tell all there is: its number and length. Both 0: none is known. */
  readonly stateNumber: number;
  readonly stateBytes: number;
  /** Bytes of the entries since, about. */
  readonly entryBytes: number;
}

/** What reading a log came to. */
export type LoadOutcome =
  | { readonly position: LogPosition; readonly damage: readonly unknown[] }
  /** What comes last can't be read. */
  | { readonly unreadable: readonly unknown[] }
  /** Files were removed meanwhile: list again. */
  | "changed";

/** Before the first entry. */
export const startOfLog: LogPosition = { state: emptyState, token: "", stateNumber: 0, stateBytes: 0, entryBytes: 0 };

/**
 * Reads a log up to its highest number: from where it was read to before, else from the newest state that can be read, else from
 * the newest entry that tells all there is, else from the beginning. Each entry must name the one before it.
 *
 * @param from - where this process has got to
 */
export async function loadPosition(files: LogFiles, from: LogPosition): Promise<LoadOutcome> {
  const damage = new Set<unknown>();
  let changed = false;
  const note = <Content>(file: ReadFile<Content>) => {
    if (file === "gone") changed = true;
    else if (!isContent(file)) damage.add(file.damaged);
    return isContent(file) ? file : undefined;
  };
  for await (const base of bases(files, from, note)) {
    const position = await follow(base, files, note);
    if (position !== undefined) return { position, damage: [...damage] };
  }
  return changed ? "changed" : { unreadable: [...damage] };
}

type Note = <Content>(
  file: ReadFile<Content>,
) => { readonly content: Content; readonly byteLength: number } | undefined;

/** Where reading may begin, the best first. */
async function* bases(files: LogFiles, from: LogPosition, note: Note): AsyncGenerator<LogPosition> {
  if (from.state.entry > 0 && files.highest >= from.state.entry) yield from;
  for (const number of files.states.toReversed()) {
    const file = note(await files.state(number));
    if (file !== undefined) yield positionOf(file.content, file.byteLength);
  }
  for (const number of files.entries.toReversed()) {
    const file = note(await files.entry(number));
    if (file !== undefined && file.content.type !== "entry") yield positionOf(file.content, file.byteLength);
  }
  if (files.highest === 0 || files.entries[0] === 1) yield startOfLog;
}

function positionOf({ number, state, token }: StateFile, byteLength: number): LogPosition {
  return { state, token, stateNumber: number, stateBytes: byteLength, entryBytes: 0 };
}

/** Applies the entries after a position, up to the highest; `undefined` where one is missing, unreadable or follows another. */
async function follow(base: LogPosition, files: LogFiles, note: Note): Promise<LogPosition | undefined> {
  const first = base.state.entry;
  const present = files.entries.filter((number) => number > first).length;
  if (first + present !== files.highest) return undefined;
  // Its own entry may have been made again under this number, in a log that was deleted and began anew. Where another follows,
  // that one tells.
  if (first > 0 && first === files.highest && files.entries.includes(first)) {
    const own = note(await files.entry(first));
    if (own !== undefined && own.content.token !== base.token) return undefined;
  }
  let position = base;
  for (let number = first + 1; number <= files.highest; number++) {
    const file = note(await files.entry(number));
    if (file === undefined) return undefined;
    const { content, byteLength } = file;
    if (content.type !== "entry") {
      position = positionOf(content, byteLength);
    } else {
      if (content.previous !== position.token) return undefined;
      const state = applied(position.state, content.change);
      position = { ...position, state, token: content.token, entryBytes: position.entryBytes + byteLength };
    }
  }
  return position;
}
