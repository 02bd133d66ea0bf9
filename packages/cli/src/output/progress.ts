import { cellWidth, fitted, shownSafely } from "./cell-width.js";
import { formatCount, formatShare, formatSize } from "./format-quantity.js";

/** How far a long work has come. */
export interface ProgressState {
  readonly done?: number | undefined;
  /** `undefined`: nobody knows yet. */
  readonly total?: number | undefined;
  readonly bytes?: number | undefined;
  readonly totalBytes?: number | undefined;
  /** What is being done, such as an item's name. */
  readonly what?: string | undefined;
}

export interface Progress {
  /** Draws at most ten times a second. */
  update(state: ProgressState): void;
  /** Removes the line and shows the cursor again. Further calls do nothing. */
  end(): void;
}

const hide = "\x1b[?25l";
const show = "\x1b[?25h";
const clearLine = "\r\x1b[2K";
const leastMs = 100;

/** Those whose line stands in a terminal now: whatever ends the process, the cursor comes back. */
const drawn = new Set<Progress>();

/** Takes lines of progress away, so that something can be printed; the next update draws them again. */
export function makeRoom(stream: NodeJS.WriteStream): void {
  if (drawn.size > 0) stream.write(clearLine);
}

/** Ends all progress that is drawn, such as before the program ends at a signal. */
export function endAllProgress(): void {
  for (const progress of drawn) progress.end();
}

/** A line of progress; silent where the stream is no terminal. Nothing is drawn in the first 300 ms. */
export function startProgress({
  stream,
  title,
  plain,
  monotonic = () => performance.now(),
}: {
  readonly stream: NodeJS.WriteStream;
  readonly title: string;
  /** No bar, letters only. */
  readonly plain: boolean;
  readonly monotonic?: () => number;
}): Progress {
  if (stream.isTTY !== true) return { update() {}, end() {} };
  const startedAt = monotonic();
  let lastAt = startedAt + 200;
  let visible = false;
  let ended = false;
  const progress: Progress = {
    update(state) {
      const now = monotonic();
      if (ended || now - lastAt < leastMs) return;
      lastAt = now;
      if (!visible) {
        visible = true;
        drawn.add(progress);
        process.on("exit", progress.end);
        stream.write(hide);
      }
      stream.write(clearLine + progressLine(title, state, (stream.columns ?? 80) - 1, plain));
    },
    end() {
      ended = true;
      if (!visible) return;
      visible = false;
      drawn.delete(progress);
      process.off("exit", progress.end);
      stream.write(clearLine + show);
    },
  };
  return progress;
}

/** One line of at most so many cells: title, bar, share, counts, and what is being done. */
export function progressLine(title: string, state: ProgressState, width: number, plain: boolean): string {
  const { done, total, bytes, totalBytes, what } = state;
  const share = shareOf(state);
  const parts = [
    ...(share === undefined ? [] : [formatShare(share)]),
    ...(done === undefined
      ? []
      : [total === undefined ? formatCount(done) : `${formatCount(done)} of ${formatCount(total)}`]),
    ...(bytes === undefined
      ? []
      : [totalBytes === undefined ? formatSize(bytes) : `${formatSize(bytes)} of ${formatSize(totalBytes)}`]),
    ...(what === undefined ? [] : [shownSafely(what)]),
  ].join(" · ");
  const room = width - cellWidth(title) - cellWidth(parts) - 3;
  const bar = share === undefined || room < 10 ? "" : `${drawBar(share, Math.min(24, room), plain)} `;
  return fitted(`${title} ${bar}${parts}`, width);
}

function shareOf({ done, total, bytes, totalBytes }: ProgressState): number | undefined {
  const [part, whole] = totalBytes !== undefined && bytes !== undefined ? [bytes, totalBytes] : [done, total];
  if (part === undefined || whole === undefined || whole <= 0) return undefined;
  return Math.min(1, part / whole);
}

function drawBar(share: number, cells: number, plain: boolean): string {
  const full = Math.round(share * cells);
  return (plain ? "#" : "━").repeat(full) + (plain ? "." : "─").repeat(cells - full);
}
