import { readFileSync, statSync } from "node:fs";
import { contentDigest } from "@larder/core";
import { UnreadableCodeError } from "./fingerprint-outcome.js";

/** One file as it was when it was read. */
export interface SourceFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Of the bytes. */
  readonly digest: string;
  /**
   * Absolute milliseconds: no content older than this is known to differ from what was read, so code loaded later
   * than this is the code read.
   */
  readonly unchangedSince: number;
}

/** Reads each file once, and knows until when what it read is what programs had loaded. */
export interface SourceFiles {
  /** @throws UnreadableCodeError `no-source` when there is no such file */
  read(path: string): SourceFile;
  /** Whether all that was read is still on disk, unchanged. */
  stillCurrent(): boolean;
}

/** Kernels stamp files with a clock that ticks every 10 ms at worst. */
const clockTickMilliseconds = 20;
/** File systems without fractions of seconds: FAT counts in steps of two. */
const coarseTickMilliseconds = 2000;

export function createSourceFiles(now: () => number = Date.now): SourceFiles {
  const known = new Map<string, { file: SourceFile; stamp: string; readAt: number }>();
  return {
    read(path) {
      const hit = known.get(path);
      if (hit !== undefined) return hit.file;
      const readAt = now();
      let bytes: Uint8Array;
      let stat: Stat;
      try {
        bytes = readFileSync(path);
        // After reading: a time of change earlier than the declaration then proves that this is what was loaded.
        stat = statSync(path, { bigint: true });
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new UnreadableCodeError("no-source", `${path} can't be read: ${reason}. Give the node a version.`);
      }
      const file = { path, bytes, digest: contentDigest(bytes), unchangedSince: unchangedSince(stat, now()) };
      known.set(path, { file, stamp: stampOf(stat), readAt });
      return file;
    },
    stillCurrent() {
      for (const [path, { file, stamp, readAt }] of known) {
        // A file changed just before it was read may have been changed again within the same tick.
        if (file.unchangedSince > readAt) return false;
        try {
          if (stampOf(statSync(path, { bigint: true })) !== stamp) return false;
        } catch {
          return false;
        }
      }
      return true;
    },
  };
}

interface FileTimes {
  /** Nanoseconds, as `stat` gives them. */
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

interface Stat extends FileTimes {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
}

function stampOf(stat: Stat): string {
  return `${stat.dev}.${stat.ino}.${stat.size}.${stat.mtimeNs}.${stat.ctimeNs}`;
}

/**
 * The moment, in absolute milliseconds, from which on a file can't have been written without its times showing it.
 *
 * @param now absolute milliseconds
 */
export function unchangedSince(stat: FileTimes, now: number): number {
  const changed = milliseconds(stat.ctimeNs);
  const modified = milliseconds(stat.mtimeNs);
  // A time of modification can be set to anything: one in the future says nothing.
  return modified <= now ? Math.max(changed, modified) : changed;
}

function milliseconds(nanoseconds: bigint): number {
  const coarse = nanoseconds % 1_000_000_000n === 0n;
  return Number(nanoseconds / 1_000_000n) + (coarse ? coarseTickMilliseconds : clockTickMilliseconds);
}
