import { lstatSync, mkdirSync, realpathSync, type Stats } from "node:fs";
import { join, resolve } from "node:path";
import { LarderError } from "@larder/core";

/** Where the partial downloads of a store are, within its directory. */
export const downloadsFolder = "downloads";

/**
 * Makes the directory of a store, or checks the one that is there: it is this user's, and nobody else may write to it.
 *
 * @returns its real path
 * @throws LarderError `unsafe-directory`, `not-a-directory`, `permission-denied`, `disk-full`, `backend-failed`
 */
export function prepareStoreDirectory(directory: string): string {
  const path = resolve(directory);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const root = realpathSync(path);
    checkSafe(root, lstatSync(root));
    const downloads = join(root, downloadsFolder);
    mkdirSync(downloads, { recursive: true, mode: 0o700 });
    checkSafe(downloads, lstatSync(downloads));
    return root;
  } catch (error) {
    throw LarderError.isInstance(error) ? error : unusable(path, error);
  }
}

function checkSafe(path: string, stats: Stats): void {
  if (!stats.isDirectory()) throw notADirectory(path);
  const user = process.getuid?.();
  if (user === undefined) return; // a system without users of this kind
  if (stats.uid !== user) throw unsafe(path, `it belongs to user ${stats.uid}, and this process runs as user ${user}`);
  if ((stats.mode & 0o002) !== 0) throw unsafe(path, "anyone may write to it (chmod o-w it, if that was not intended)");
}

function unsafe(directory: string, reason: string): LarderError {
  return new LarderError(
    `The folio cache ${directory} is not safe to use: ${reason}. Choose a directory of your own.`,
    {
      code: "unsafe-directory",
      facts: { directory, reason },
    },
  );
}

function notADirectory(directory: string): LarderError {
  return new LarderError(
    `The folio cache ${directory} can't be made: it, or something above it, is no directory. Choose another path.`,
    { code: "not-a-directory", facts: { directory } },
  );
}

const codes: Readonly<Record<string, string>> = {
  EACCES: "permission-denied",
  EPERM: "permission-denied",
  EROFS: "permission-denied",
  ENOSPC: "disk-full",
  EDQUOT: "disk-full",
};

function unusable(directory: string, error: unknown): LarderError {
  const systemCode = String((error as NodeJS.ErrnoException).code);
  if (systemCode === "ENOTDIR" || systemCode === "EEXIST") return notADirectory(directory);
  return new LarderError(
    `The folio cache ${directory} can't be made or used (${systemCode}). Choose another directory, or change who may write to it.`,
    { code: codes[systemCode] ?? "backend-failed", facts: { directory, systemCode } },
  );
}
