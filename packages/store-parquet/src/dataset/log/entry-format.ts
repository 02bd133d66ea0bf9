import type { Xxhash } from "@larder/core";
import { narrowColumns } from "../narrow-columns.js";
import { type JsonNarrower, narrowJson } from "../narrow-json.js";
import { isPartName } from "../parts/part-name.js";
import type { Change, DatasetState, LoggedChange } from "./dataset-state.js";
import { damagedFile } from "./log-error.js";
import { recordReader, recordWriter } from "./record-json.js";
import { binaryWriter, openSealed, sealFile } from "./sealed-file.js";

/** What a file of the log tells. */
export type LogFile = EntryFile | StateFile;

/** One change, which follows the entry with the token `previous`. */
export interface EntryFile {
  readonly type: "entry";
  readonly number: number;
  /** Random; tells this entry from another that was made under the same number. */
  readonly token: string;
  /** Token of the entry before it; empty for the first. */
  readonly previous: string;
  readonly change: LoggedChange;
}

/**
 * All there is after an entry. `state`: a short cut; its token is that of the entry. `rebuilt`: an entry itself, made when what
 * came before it was unreadable; it follows anything.
 */
export interface StateFile {
  readonly type: "state" | "rebuilt";
  readonly number: number;
  readonly token: string;
  readonly state: DatasetState;
}

const magic = "LARDRLOG";
const kinds: readonly Change["kind"][] = ["batch", "merge", "drop"];

/** A file of the log as bytes; see `sealFile`. */
export function writeLogFile(file: LogFile, xxhash: Xxhash): Uint8Array {
  const binary = binaryWriter();
  const writeRecord = recordWriter(binary);
  const header = file.type === "entry" ? entryHeader(file, writeRecord) : stateHeader(file, writeRecord);
  return sealFile(magic, { header, binary: binary.finish() }, xxhash);
}

/**
 * What {@link writeLogFile} made bytes of.
 *
 * @param path - named in errors
 * @param number - what its name says, which it must tell as well
 * @throws LarderError `damaged-log-file` or `damaged-id-set` for anything else; `newer-format`
 */
export function readLogFile(bytes: Uint8Array, xxhash: Xxhash, path: string, number: number): LogFile {
  const sealed = openSealed(magic, bytes, xxhash, path);
  const narrow = narrowJson((reason) => damagedFile(path, reason));
  const header = narrow.object(sealed.header, "header");
  if (header.number !== number) throw damagedFile(path, `it was made under the number ${String(header.number)}`);
  const type = narrow.oneOf(["entry", "state", "rebuilt"], header.type, "type");
  const head = { number, token: narrow.text(header.token, "token") };
  const readRecord = recordReader(sealed.binary, path);
  if (type === "entry") {
    const previous = narrow.text(header.previous, "predecessor");
    return { type, ...head, previous, change: changeOf(header.change, readRecord, narrow) };
  }
  return { type, ...head, state: stateOf(header.state, { number, path }, readRecord, narrow) };
}

type WriteRecord = ReturnType<typeof recordWriter>;
type ReadRecord = ReturnType<typeof recordReader>;

function entryHeader({ change, ...head }: EntryFile, writeRecord: WriteRecord): unknown {
  return { ...head, change: { ...change, add: change.add.map(writeRecord) } };
}

function stateHeader({ state, ...head }: StateFile, writeRecord: WriteRecord): unknown {
  const { entry: _number, parts, ...rest } = state;
  return { ...head, state: { ...rest, parts: [...parts.values()].map(writeRecord) } };
}

function changeOf(value: unknown, readRecord: ReadRecord, narrow: JsonNarrower): LoggedChange {
  const { kind, add, remove, columns, gone } = narrow.object(value, "change");
  return {
    kind: narrow.oneOf(kinds, kind, "kind of change"),
    add: narrow.list(add, "added parts").map(readRecord),
    remove: narrow.texts(remove, "removed parts"),
    ...(columns !== undefined && { columns: narrowColumns(columns, narrow) }),
    ...(gone !== undefined && { gone: narrow.texts(gone, "unlinked files") }),
  };
}

function stateOf(
  value: unknown,
  { number: entry, path }: { readonly number: number; readonly path: string },
  readRecord: ReadRecord,
  narrow: JsonNarrower,
): DatasetState {
  const state = narrow.object(value, "state");
  const parts = narrow.list(state.parts, "parts").map(readRecord);
  return {
    entry,
    parts: new Map(parts.map((part) => [part.name, part])),
    columns: narrowColumns(state.columns, narrow),
    sequence: narrow.count(state.sequence, "sequence"),
    retired: narrow.list(state.retired, "retired files").map((item) => {
      const file = narrow.object(item, "retired file");
      const name = narrow.text(file.name, "retired file");
      // It will be unlinked: nothing else may be named here.
      if (!isPartName(name)) throw damagedFile(path, `it names the file ${JSON.stringify(name)}, which is no part`);
      return { name, entry: narrow.count(file.entry, "retired file") };
    }),
    storedBytes: narrow.count(state.storedBytes, "stored bytes"),
    compactedBytes: narrow.count(state.compactedBytes, "merged bytes"),
  };
}
