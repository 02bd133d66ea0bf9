import { displayWidth, fitted, shownSafely } from "./display-width.js";
import { humanTime } from "./human-time.js";
import type { ProgressEvent } from "./progress-event.js";

const barCells = 20;

/** How a line is drawn. */
export interface LineStyle {
  /** The most cells of the line. */
  readonly cells: number;
  /** Stands before everything else; default: the table. */
  readonly label?: string | undefined;
  /** Whether to use colour. */
  readonly colour: boolean;
  /** Whether to draw a bar. */
  readonly bar: boolean;
}

/** Progress in one line of at most `cells`. What matters less is left out where there is no room. */
export function progressLine(event: ProgressEvent, { cells, label, colour, bar }: LineStyle): string {
  const share = shareDone(event);
  const percent = `${Math.floor(share * 100)}%`;
  const rows = `${count(event.rowsDone)} of ${count(event.rowsTotal)} rows`;
  const batches = `batch ${count(event.batchesDone)} of ${count(event.batchesTotal)}`;
  const rate = event.rowsPerSecond > 0 ? `${count(event.rowsPerSecond)} rows/s` : undefined;
  const time = timeText(event, share);
  const name = shownSafely(label ?? event.table);
  for (const parts of [
    [percent, rows, batches, rate, time],
    [percent, rows, rate, time],
    [percent, rows, time],
    [percent, rows],
    [percent],
  ]) {
    const rest = parts.filter((part) => part !== undefined).join(" · ");
    const room = cells - displayWidth(rest) - (bar ? barCells + 2 : 1);
    if (room < Math.min(displayWidth(name), 12)) continue;
    return bar ? `${fitted(name, room)} ${barOf(share, colour)} ${rest}` : `${fitted(name, room)} ${rest}`;
  }
  return fitted(`${percent} ${name}`, cells);
}

/** From 0 to 1; 1 only when all is done. */
export function shareDone({ rowsDone, rowsTotal, batchesDone, batchesTotal }: ProgressEvent): number {
  if (batchesDone >= batchesTotal) return 1;
  return rowsTotal > 0 ? Math.min(0.99, rowsDone / rowsTotal) : 0;
}

function timeText({ elapsedMs, remainingMs }: ProgressEvent, share: number): string | undefined {
  if (share === 1) return `in ${humanTime(elapsedMs)}`;
  return remainingMs === undefined ? undefined : `${humanTime(remainingMs)} left`;
}

function barOf(share: number, colour: boolean): string {
  const full = Math.floor(share * barCells);
  const [done, rest] = ["█".repeat(full), "░".repeat(barCells - full)];
  return colour ? `\x1b[36m${done}\x1b[2m${rest}\x1b[0m` : done + rest;
}

function count(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}
