import { LarderError } from "@larder/core";
import { systemCode } from "../system-code.js";

/**
 * Runs a step that writes. What the file system refuses becomes a LarderError, `disk-full` or `write-failed`.
 *
 * @param path - what is being written
 */
export async function writing<Result>(path: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (cause) {
    if (LarderError.isInstance(cause)) throw cause;
    const reason = systemCode(cause) ?? "unknown";
    const isFull = reason === "ENOSPC" || reason === "EDQUOT";
    throw new LarderError(
      isFull
        ? `There is no room on the disk to write ${JSON.stringify(path)}. Nothing was stored; make room and try again.`
        : `Writing ${JSON.stringify(path)} failed: ${cause instanceof Error ? cause.message : String(cause)}. Nothing was stored.`,
      { code: isFull ? "disk-full" : "write-failed", facts: { path, reason }, cause },
    );
  }
}

/** The error for a file of the log or a claim that is not what was written. */
export function damagedFile(file: string, reason: string, cause?: unknown): LarderError {
  return new LarderError(
    `The file ${file} of a dataset is damaged: ${reason}. What it told is found out from other files.`,
    {
      code: "damaged-log-file",
      facts: { file, reason },
      cause,
    },
  );
}

/** The error for a file made by a later version. */
export function newerFormat(file: string, format: number): LarderError {
  return new LarderError(
    `The file ${file} of a dataset has format ${format}, which is newer than this version of Larder knows. Update Larder, or forget the table's cache.`,
    { code: "newer-format", facts: { file, format } },
  );
}
