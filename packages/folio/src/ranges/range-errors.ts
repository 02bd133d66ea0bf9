import { LarderError } from "@larder/core";

/** The object is not the one that was being read. Caught here, and the reading begins anew. */
export class VersionChangedError extends LarderError {
  constructor(url: string, path: string, reason: string) {
    super(`${path} of ${url} has changed while it was read: ${reason}. Read it again.`, {
      code: "version-changed",
      facts: { url, path, reason },
    });
  }
}

/** Parts of an object can't be read so that they are known to belong together; it must be read as a whole. */
export function noRanges(url: string, path: string, reason: string): LarderError {
  return new LarderError(`${path} of ${url} can't be read in parts: ${reason}. Read it as a whole.`, {
    code: "no-ranges",
    facts: { url, path, reason },
  });
}

/** The list of a table's chunks can't be had, and without it no part of the table is verified; it must be read as a whole. */
export function noChunkList(url: string, path: string, reason: string): LarderError {
  return new LarderError(
    `The table whose chunks ${path} of ${url} lists can't be read in parts: ${reason}. Read it as a whole.`,
    {
      code: "no-ranges",
      facts: { url, path, reason },
    },
  );
}
