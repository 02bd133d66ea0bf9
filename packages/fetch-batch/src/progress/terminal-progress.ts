import { type HiddenCursor, hideCursor, type TerminalStream } from "./hidden-cursor.js";
import type { ProgressEvent, ProgressListener } from "./progress-event.js";
import { progressLine, shareDone } from "./progress-line.js";

export interface TerminalProgressOptions {
  /** Where to draw; default `process.stderr`. */
  readonly stream?: TerminalStream;
  /** Report also where there is no terminal: a few plain lines. Default `false`: silent there. */
  readonly force?: boolean;
  /** Stands before the line; default: the table. */
  readonly label?: string;
}

/** A listener for `onProgress` that draws in a terminal. One can be used for several calls, one after the other. */
export interface TerminalProgress extends ProgressListener {
  ended(): void;
  /** Ends the line, brings the cursor back, and draws no more. Further calls do nothing. */
  close(): void;
}

const redrawMs = 100;
const plainLineMs = 30_000;
const clearToEnd = "\x1b[K";

/**
 * Draws progress in one line, at most ten times a second. The cursor is hidden while a call fetches, and comes back when it ends, when the
 * process ends, and after Ctrl-C. Without a terminal (or with `TERM=dumb`) it is silent unless forced. No colour with `NO_COLOR`.
 */
export function terminalProgress(options: TerminalProgressOptions = {}): TerminalProgress {
  const { stream = process.stderr, force = false, label } = options;
  const steerable = stream.isTTY === true && process.env.TERM !== "dumb";
  if (!steerable && !force) return Object.assign(() => {}, { ended: () => {}, close: () => {} });
  return steerable ? drawnProgress(stream, label) : plainProgress(stream, label);
}

/** One line, drawn over and over. */
function drawnProgress(stream: TerminalStream, label: string | undefined): TerminalProgress {
  const colour = (process.env.NO_COLOR ?? "") === "";
  let cursor: HiddenCursor | undefined;
  let latest: ProgressEvent | undefined;
  let drawnAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function draw(): void {
    if (latest === undefined) return;
    const cells = Math.max(1, (stream.columns || 80) - 1);
    stream.write(`\r${progressLine(latest, { cells, label, colour, bar: true })}${clearToEnd}`);
    drawnAt = performance.now();
    latest = undefined;
  }

  function stopTimer(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  function ended(): void {
    stopTimer();
    if (cursor === undefined) return;
    draw();
    stream.write("\n");
    cursor.restore();
    cursor = undefined;
    drawnAt = -Infinity;
  }

  function close(): void {
    ended();
    closed = true;
  }

  function onProgress(event: ProgressEvent): void {
    if (closed) return;
    cursor ??= hideCursor(stream, () => {
      stopTimer();
      cursor = undefined;
      closed = true;
    });
    latest = event;
    const wait = drawnAt + redrawMs - performance.now();
    if (wait <= 0) {
      stopTimer();
      draw();
    } else timer ??= setTimeout(onTime, wait).unref();
  }

  function onTime(): void {
    timer = undefined;
    draw();
  }

  return Object.assign(onProgress, { ended, close });
}

/** A line at the beginning of a call, at each quarter, every half minute, and at the end. */
function plainProgress(stream: TerminalStream, label: string | undefined): TerminalProgress {
  let quarter = -1;
  let writtenAt = -Infinity;
  let closed = false;

  function onProgress(event: ProgressEvent): void {
    const now = performance.now();
    const reached = Math.floor(shareDone(event) * 4);
    if (closed || (reached === quarter && now - writtenAt < plainLineMs)) return;
    quarter = reached;
    writtenAt = now;
    stream.write(`${progressLine(event, { cells: 200, label, colour: false, bar: false })}\n`);
  }

  function ended(): void {
    quarter = -1;
    writtenAt = -Infinity;
  }

  return Object.assign(onProgress, {
    ended,
    close: () => {
      closed = true;
    },
  });
}
