import { LarderError, type UndigestableValueError, valueDigest, valueDigestPaths } from "@larder/core";
import { digestFilesWithin, type FileDigests, type FileMemo } from "./file-digests.js";
import { type FileInput, withKnownFiles } from "./file-input.js";

/** The digest of a value, or where in it and why there is none. */
export type DigestOutcome =
  | { readonly digest: string }
  | { readonly digest: undefined; readonly path: string; readonly message: string };

/** A pipeline input, digested for one run. */
export interface DigestedInput {
  readonly outcome: DigestOutcome;
  /** The files within it, as they were when digested. */
  readonly files: ReadonlyMap<FileInput, FileMemo>;
  /** Digests of the parts of the value, by path; made at the first call. */
  paths(): Readonly<Record<string, string>>;
}

/** Digests a value, telling where it can't be. */
export function digestValue(value: unknown, name: string): DigestOutcome {
  try {
    return { digest: valueDigest(value) };
  } catch (error) {
    if (!LarderError.isInstance(error, "undigestable-value")) throw error;
    const { path } = error as UndigestableValueError;
    return { digest: undefined, path: path.replace(/^\$/, () => name), message: error.message };
  }
}

/** The digest of a value, made at the first call unless it is known. */
export function digestOnce(value: unknown, name: string, known?: string): () => DigestOutcome {
  let outcome: DigestOutcome | undefined = known === undefined ? undefined : { digest: known };
  return () => {
    outcome ??= digestValue(value, name);
    return outcome;
  };
}

/**
 * Digests one input of a pipeline; of files within it, the content.
 *
 * @throws LarderError as {@link FileDigests.digest} does
 */
export async function digestInput(
  name: string,
  value: unknown,
  fileDigests: FileDigests,
  signal?: AbortSignal,
): Promise<DigestedInput> {
  const files = await digestFilesWithin(value, { fileDigests, name, signal });
  const contents = new Map([...files].map(([file, memo]) => [file, memo.digest]));
  const outcome = withKnownFiles(contents, () => digestValue(value, name));
  let paths: Readonly<Record<string, string>> | undefined;
  return {
    outcome,
    files,
    paths() {
      paths ??= withKnownFiles(contents, () => valueDigestPaths(value));
      return paths;
    },
  };
}
