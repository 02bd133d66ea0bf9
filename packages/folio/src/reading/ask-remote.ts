import type { CachedItem } from "../cached/folio-store.js";
import type { ManifestItem } from "../manifest/manifest.js";
import { isUnreachable } from "../remote/remote-error.js";
import { itemPlace } from "../writing/item-place.js";
import { decide } from "./decide.js";
import type { ObjectSeen } from "./invalidations.js";
import type { AgedManifest } from "./known-manifest.js";
import { raceSignal } from "./race-signal.js";
import { type Answers, type CallState, stateOf } from "./read-call.js";
import { unknownItem } from "./read-errors.js";
import { keepsRows, type ReadingParts } from "./reading-parts.js";
import { isNewer } from "./row-by-manifest.js";

/** What one reading knows so far. */
export interface ReadingSoFar {
  readonly parts: ReadingParts;
  readonly name: string;
  readonly signal: AbortSignal | undefined;
  readonly call: CallState;
  readonly answers: Answers;
  row: CachedItem | undefined;
  known: AgedManifest | undefined;
  /** Why the remote could not be asked. */
  problem: unknown;
  /** The object of an item without a checksum. */
  seen: ObjectSeen | undefined;
}

/** Asks for the manifest. Where a copy does, a remote that could not be reached a moment ago is not waited for. */
export async function askManifest(reading: ReadingSoFar): Promise<undefined> {
  const { parts, signal, answers } = reading;
  const failedLately = parts.known.failedLately();
  if (failedLately !== undefined && fallsBack(reading)) return couldNotAsk(reading, failedLately);
  try {
    reading.known = await raceSignal(parts.known.check(), signal);
    answers.manifest = "answered";
  } catch (error) {
    couldNotAsk(reading, error);
  }
}

/** Of an item without a checksum only the version of its object tells whether it changed. */
export async function askObject(reading: ReadingSoFar, row: CachedItem): Promise<undefined> {
  const { parts, name, signal, known } = reading;
  if (known === undefined || isNewer(row, known, parts.clock)) return askManifest(reading);
  const item = listedItemOf(reading);
  try {
    const place = await itemPlace(parts, name, item);
    const isOwn = place.storage === parts.remote;
    const failedLately = isOwn ? parts.known.failedLately() : undefined;
    if (failedLately !== undefined && fallsBack(reading)) return couldNotAsk(reading, failedLately);
    if (keepsRows(parts)) parts.store.count(parts.remote.url, { remoteChecks: 1 });
    const object = await place.storage.head(place.path, { signal }).catch((error: unknown) => {
      if (isOwn) parts.known.noteUnreachable(error);
      throw error;
    });
    const same = object?.version !== undefined && object.version === row.remoteVersion;
    reading.seen = { version: object?.version };
    reading.answers.object = same && (item.file ?? item.reference) === row.file ? "answered" : "changed";
  } catch (error) {
    couldNotAsk(reading, error);
  }
}

/** Notes that the remote can't be reached. @throws the error, where it is another, or the call was aborted */
export function couldNotAsk(reading: ReadingSoFar, error: unknown): undefined {
  if (reading.signal?.aborted || !isUnreachable(error)) throw error;
  reading.problem = error;
  reading.answers.manifest = "unreachable";
}

/** @throws LarderError `unknown-item` */
export function listedItemOf({ parts, name, known }: ReadingSoFar): ManifestItem {
  const item = known?.read.manifest.items.get(name);
  if (item === undefined) throw unknownItem(parts.remote.url, name, known?.read.manifest);
  return item;
}

/** Whether a copy would be served if the remote could not be reached; who asks for a refresh wants it tried. */
function fallsBack({ parts, call, answers, row, known, name }: ReadingSoFar): boolean {
  if (call.refresh || row === undefined) return false;
  const ifNot = { ...answers, manifest: "unreachable" } as const;
  return decide(stateOf(parts, call, ifNot, { row, known, name })).step === "local";
}
