import { redactedText } from "@larder/core";
import type { Colors } from "picocolors/types.js";
import type { Surroundings } from "../commands/command-context.js";
import { shownSafely } from "./cell-width.js";
import { type Column, layOutTable } from "./lay-out-table.js";
import { makeRoom, type Progress, startProgress } from "./progress.js";

/** What a command says, to people or to programs. */
export interface Output {
  /** One JSON object is wanted on stdout, and nothing else. */
  readonly json: boolean;
  /** Cells in a line of stdout; `Infinity` where it is no terminal. */
  readonly width: number;
  readonly colours: Colors;
  /** A line for people, on stdout. It may hold colours: what comes from elsewhere goes through `safe`. */
  line(text?: string): void;
  /** A table for people. */
  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void;
  /** Pairs for people, one below the other, their values aligned. */
  pairs(pairs: readonly (readonly [name: string, value: string])[]): void;
  /** The object for programs: printed only where `json` is. */
  document(document: object): void;
  /** Bytes of data, as they are. Waits while the reader is slow. */
  data(chunk: string | Uint8Array): Promise<void>;
  /** A remark for people, on stderr: a warning, or what is going on. */
  note(text: string): void;
  /** A text from elsewhere, as it may be shown: it can't steer the terminal, and URLs in it have no secrets. */
  safe(text: string): string;
  /** Progress in the last line of stderr, where that is a terminal. End it before anything else is printed. */
  progress(title: string): Progress;
}

/** @param colours - those of picocolors, switched on or off */
export function output(
  { stdout, stderr, environment }: Surroundings,
  { json, colours }: { readonly json: boolean; readonly colours: Colors },
): Output {
  // As it is now: while a user's code runs, what it prints may be led elsewhere.
  const write = stdout.write.bind(stdout) as (chunk: string | Uint8Array) => boolean;
  const width = stdout.isTTY === true ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY;
  const line = (text = "") => {
    if (!json) write(`${text}\n`);
  };
  return {
    json,
    width,
    colours,
    line,
    table(columns, rows) {
      if (json) return;
      const [titles, ...lines] = layOutTable(columns, rows, width);
      if (titles !== undefined) line(colours.bold(titles));
      for (const each of lines) line(each);
    },
    pairs(pairs) {
      const widest = pairs.reduce((most, [name]) => Math.max(most, name.length), 0);
      for (const [name, value] of pairs) line(`${colours.dim(name.padEnd(widest))}  ${shownSafely(value)}`);
    },
    document(document) {
      if (json) write(`${JSON.stringify(document, jsonValue, 2)}\n`);
    },
    async data(chunk) {
      if (write(chunk) || stdout.writableNeedDrain === false) return;
      await new Promise<void>((resolve) => {
        stdout.once("drain", resolve);
        stdout.once("close", resolve);
        stdout.once("error", () => resolve());
      });
    },
    note(text) {
      makeRoom(stderr);
      stderr.write(`${text}\n`);
    },
    safe: (text) => shownSafely(redactedText(text)),
    progress: (title) => startProgress({ stream: stderr, title, plain: !!environment.NO_COLOR }),
  };
}

/** What JSON has no word for: no limit is `null`, a big integer its number where that is exact, else text. */
function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return value;
}
