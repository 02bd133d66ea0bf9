import { randomBytes } from "node:crypto";
import { open, realpath, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LarderError } from "@larder/core";

/**
 * Writes a file whole or not at all: to a temporary one beside it, which takes its place at the end.
 *
 * @throws LarderError `disk-full`, `write-failed`; what the chunks throw; the reason of the signal
 */
export async function writeWholeFile(
  path: string,
  chunks: AsyncIterable<string | Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  // A link stays one: what it points at is replaced.
  const target = await realpath(path).catch(() => path);
  const temporary = join(dirname(target), `.larder-${randomBytes(8).toString("hex")}.tmp`);
  const handle = await touching(path, () => open(temporary, "wx", 0o666));
  try {
    try {
      for await (const chunk of chunks) {
        signal.throwIfAborted();
        await touching(path, () => handle.writeFile(chunk));
      }
      await touching(path, () => handle.sync());
    } finally {
      await handle.close();
    }
    await touching(path, () => rename(temporary, target));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function touching<Result>(path: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (cause) {
    const { code = "unknown", message } = cause as NodeJS.ErrnoException;
    const isFull = code === "ENOSPC" || code === "EDQUOT";
    throw new LarderError(
      isFull
        ? `There is no room on the disk to write ${path}. Nothing was changed; make room and try again.`
        : `${path} can't be written: ${message}.`,
      { code: isFull ? "disk-full" : "write-failed", facts: { path, reason: code }, cause },
    );
  }
}
