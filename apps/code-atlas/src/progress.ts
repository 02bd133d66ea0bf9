import { formatBytes, formatCount } from "@larder/app-shared";
import { bytesOf } from "./bytes-of.js";

/** Told how far the extraction is. */
export interface Progress {
  start(files: readonly { readonly size: number }[]): void;
  /** A source is being taken apart, of so many bytes. */
  extracted(size: number): void;
  /** So many files are done, of so many bytes together. */
  done(files: number, bytes: number): void;
  end(): void;
}

/** Where a line can be drawn again and again. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const barWidth = 24;
/** At least so many milliseconds between two drawings. */
const restMs = 100;

/** One line on a terminal that is drawn again as files are done; nothing elsewhere. */
export function progressLine(stream: ProgressStream, now: () => number = performance.now.bind(performance)): Progress {
  if (stream.isTTY !== true) return { start() {}, extracted() {}, done() {}, end() {} };
  let all = { files: 0, bytes: 0 };
  let done = { files: 0, bytes: 0 };
  let drawnAt = Number.NEGATIVE_INFINITY;
  const draw = () => {
    if (now() - drawnAt < restMs) return;
    drawnAt = now();
    // Bytes tell better than files how long it will take.
    const filled = Math.round((barWidth * done.bytes) / Math.max(all.bytes, 1));
    const bar = `${"█".repeat(filled)}${"░".repeat(barWidth - filled)}`;
    const text = ` ${bar} ${formatCount(done.files)} of ${formatCount(all.files)} files, ${formatBytes(done.bytes)} of ${formatBytes(all.bytes)}`;
    stream.write(`\r\x1b[2K${text.slice(0, (stream.columns ?? 80) - 1)}`);
  };
  return {
    start(files) {
      all = { files: files.length, bytes: bytesOf(files) };
      done = { files: 0, bytes: 0 };
      drawnAt = Number.NEGATIVE_INFINITY;
      draw();
    },
    extracted() {},
    done(files, bytes) {
      done = { files: done.files + files, bytes: done.bytes + bytes };
      draw();
    },
    end: () => stream.write("\r\x1b[2K"),
  };
}
