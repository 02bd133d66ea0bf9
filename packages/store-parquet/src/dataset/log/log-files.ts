import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { loadXxhash } from "@larder/core";
import { ifThere, systemCode } from "../system-code.js";
import { type EntryFile, type LogFile, readLogFile, type StateFile } from "./entry-format.js";
import { listNumbered, type NumberedFile, numberedName } from "./numbered-files.js";
import { isDamage } from "./sealed-file.js";

/** Suffix of an entry: one change, or all there is where the log was rebuilt. */
export const entrySuffix = ".entry";

/** Suffix of a state: all there is after the entry of its number. */
export const stateSuffix = ".state";

/** Reads the files of a log as they were when it was listed; each file once. */
export interface LogFiles {
  /** Numbers of the entries, ascending. */
  readonly entries: readonly number[];
  /** Numbers of the states, ascending. */
  readonly states: readonly number[];
  /** The highest number; 0 where there is none. */
  readonly highest: number;
  /** @throws LarderError `newer-format` */
  entry(number: number): Promise<ReadFile<EntryFile | StateFile>>;
  /** @throws LarderError `newer-format` */
  state(number: number): Promise<ReadFile<StateFile>>;
  /** Length of a state's file in bytes; `undefined` where it is gone. */
  stateLength(number: number): Promise<number | undefined>;
}

/** A file and its length in bytes; `damaged`, and why; or `gone`: not there, or no longer. */
export type ReadFile<Content> =
  | { readonly content: Content; readonly byteLength: number }
  | { readonly damaged: unknown }
  | "gone";

/** Lists a log. */
export async function logFiles(directory: string): Promise<LogFiles> {
  const listed = await listNumbered(directory);
  const xxhash = await loadXxhash();
  const read = new Map<string, Promise<ReadFile<LogFile>>>();
  const readOnce = (number: number, suffix: string): Promise<ReadFile<LogFile>> => {
    const name = numberedName(number, suffix);
    const known = read.get(name);
    if (known !== undefined) return known;
    const reading = readOne(join(directory, name), (bytes, path) => readLogFile(bytes, xxhash, path, number));
    read.set(name, reading);
    return reading;
  };
  const entries = numbersOf(listed, entrySuffix);
  const states = numbersOf(listed, stateSuffix);
  return {
    entries,
    states,
    highest: Math.max(entries.at(-1) ?? 0, states.at(-1) ?? 0),
    async entry(number) {
      const file = await readOnce(number, entrySuffix);
      return isContent(file) && file.content.type === "state" ? { damaged: "a state is named as an entry" } : file;
    },
    async state(number) {
      const file = await readOnce(number, stateSuffix);
      if (!isContent(file)) return file;
      const { content, byteLength } = file;
      return content.type === "entry" ? { damaged: "an entry is named as a state" } : { content, byteLength };
    },
    async stateLength(number) {
      return (await ifThere(() => stat(join(directory, numberedName(number, stateSuffix)))))?.size;
    },
  };
}

/** Whether a file was read whole. */
export function isContent<Content>(
  file: ReadFile<Content>,
): file is { readonly content: Content; readonly byteLength: number } {
  return file !== "gone" && "content" in file;
}

async function readOne(path: string, parse: (bytes: Uint8Array, path: string) => LogFile): Promise<ReadFile<LogFile>> {
  try {
    const bytes = await readFile(path);
    return { content: parse(bytes, path), byteLength: bytes.byteLength };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return "gone";
    if (isDamage(error) || systemCode(error) === "EIO") return { damaged: error };
    throw error;
  }
}

function numbersOf(files: readonly NumberedFile[], suffix: string): number[] {
  return files.filter((file) => file.suffix === suffix).map(({ number }) => number);
}
