import { type FileHandle, open } from "node:fs/promises";
import type { Writable } from "node:stream";
import type { DiagnosticsSink } from "./diagnostics-sink.js";

/** A sink that writes lines, and says how many it could not. */
export interface JsonLinesSink extends DiagnosticsSink {
  /** Events given up so far: the file or stream failed, or took them too slowly. */
  readonly dropped: number;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Settings of {@link jsonLinesSink}. */
export interface JsonLinesSinkOptions {
  /** What may wait in memory for a slow file or stream, in characters; events beyond are dropped. Default 4,194,304. */
  readonly bufferLimitCharacters?: number;
}

/** Where lines go: resolves when they are there, rejects when they are lost. */
interface Target {
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Writes each event as one line of JSON, in order: to the end of a file, which is made when absent, or to a stream, which
 * stays open. Lines of one turn of the event loop go out together; several processes may append to one file. A file or
 * stream that fails costs events, which are counted, and never disturbs the cache.
 */
export function jsonLinesSink(to: string | Writable, options: JsonLinesSinkOptions = {}): JsonLinesSink {
  const { bufferLimitCharacters = 4 * 1024 * 1024 } = options;
  const target = typeof to === "string" ? fileTarget(to) : streamTarget(to);
  let lines: string[] = [];
  let characters = 0;
  let dropped = 0;
  let closed = false;
  let running: Promise<void> | undefined;

  async function drain(): Promise<void> {
    // Lets those who write in this turn of the event loop join.
    await new Promise((resolve) => setImmediate(resolve));
    while (lines.length > 0) {
      const batch = lines;
      lines = [];
      try {
        await target.append(batch.join(""));
      } catch {
        dropped += batch.length;
      }
      characters -= batch.reduce((sum, line) => sum + line.length, 0);
    }
    running = undefined;
  }

  return {
    get dropped() {
      return dropped;
    },
    write(event) {
      const line = `${JSON.stringify(event)}\n`;
      if (closed || characters + line.length > bufferLimitCharacters) {
        dropped++;
        return;
      }
      lines.push(line);
      characters += line.length;
      running ??= drain();
    },
    async flush() {
      while (running !== undefined) await running;
    },
    async close() {
      closed = true;
      while (running !== undefined) await running;
      await target.close();
    },
  };
}

function fileTarget(path: string): Target {
  let handle: FileHandle | undefined;
  return {
    async append(text) {
      try {
        handle ??= await open(path, "a", 0o600);
        await handle.appendFile(text);
      } catch (error) {
        await this.close();
        throw error;
      }
    },
    async close() {
      const closing = handle;
      handle = undefined;
      await closing?.close().catch(() => undefined);
    },
  };
}

function streamTarget(stream: Writable): Target {
  // Without a listener, an error of the stream would end the process.
  const ignore = () => undefined;
  stream.on("error", ignore);
  return {
    append(text) {
      return new Promise((resolve, reject) => {
        const end = (error?: unknown) => {
          stream.off("close", end);
          if (error === undefined || error === null) resolve();
          else reject(error);
        };
        if (stream.destroyed || stream.writableEnded) return reject(new Error("The stream has ended."));
        // A stream that is destroyed need not call back.
        stream.once("close", () => end(new Error("The stream was closed.")));
        stream.write(text, end);
      });
    },
    async close() {
      stream.off("error", ignore);
    },
  };
}
