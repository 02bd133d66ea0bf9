import { statfsSync } from "node:fs";
import { LarderError } from "@larder/core";

/** Below this many free bytes a failing write is put down to the full disk: LMDB reports only that input or output failed. */
const nearlyNothingBytes = 1024 * 1024;

/**
 * The error for something the file system or LMDB refused, with what to do about it.
 * Codes: `disk-full`, `permission-denied`, `too-many-open-files`, `backend-failed`.
 *
 * @param attempt - what was tried, such as `store a blob`
 */
export function storeError(attempt: string, directory: string, cause: unknown): LarderError {
  if (LarderError.isInstance(cause)) return cause;
  const code = codeOf(cause, directory);
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `Could not ${attempt} in the cache directory ${directory}: ${reason}. ${advice[code]}`;
  return new LarderError(message, { code, facts: { directory, systemCode: systemCode(cause) }, cause });
}

type StoreErrorCode = "disk-full" | "permission-denied" | "too-many-open-files" | "backend-failed";

const advice: Record<StoreErrorCode, string> = {
  "disk-full": "Free some space on its file system, or choose another directory; nothing was stored.",
  "permission-denied":
    "Give this user the right to write there (reading it needs that too, for locks), or choose another directory; nothing was stored.",
  "too-many-open-files": "Close blobs and tables that are no longer needed, or raise the limit (ulimit -n).",
  "backend-failed": "Look at the cause; nothing was stored.",
};

function codeOf(cause: unknown, directory: string): StoreErrorCode {
  const code = systemCode(cause);
  const reason = cause instanceof Error ? cause.message : "";
  if (code === "ENOSPC" || code === "EDQUOT" || /No space left|MDB_MAP_FULL/.test(reason)) return "disk-full";
  if (code === "EACCES" || code === "EPERM" || code === "EROFS" || /Permission denied|Read-only/.test(reason)) {
    return "permission-denied";
  }
  if (code === "EMFILE" || code === "ENFILE" || /Too many open files/.test(reason)) return "too-many-open-files";
  return /Input\/output error/.test(reason) && freeBytes(directory) < nearlyNothingBytes
    ? "disk-full"
    : "backend-failed";
}

/** The code of a system error, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function freeBytes(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
