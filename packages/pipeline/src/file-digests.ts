import type { BigIntStats } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { type Cache, type Clock, contentDigest, fileDigest, LarderError, structuredCodec } from "@larder/core";
import { type FileInput, filesWithin } from "./file-input.js";

/** A file whose time stamps are younger than this may change again without showing it: some keep them by the second. */
const settledMilliseconds = 2000;
const attempts = 3;

/** A file's content digest, with what it looked like when it was read. */
export interface FileMemo {
  readonly digest: string;
  /** Size, mtime, ctime, inode and device, in full precision. */
  readonly looks: string;
  /** When the file was last changed, in milliseconds since 1970. */
  readonly changedAt: number;
  /** When reading began, in milliseconds since 1970. */
  readonly madeAt: number;
}

/** Digests of files, remembered in this process and in the cache. */
export interface FileDigests {
  /**
   * The digest of a file's content.
   *
   * @param input - name of the pipeline's input, for messages
   * @throws LarderError `file-not-found`, `not-a-file`, `unreadable-file`, `unsteady-file`
   */
  digest(file: FileInput, input: string, signal?: AbortSignal): Promise<FileMemo>;
  /** Whether a file still holds what it held when its digest was made; `false` when in doubt. */
  unchanged(file: FileInput, memo: FileMemo): Promise<boolean>;
  /** The same, writing nothing to the cache. */
  readonly readOnly: FileDigests;
}

/** The digests of all files within a value. @throws LarderError as {@link FileDigests.digest} does */
export async function digestFilesWithin(
  value: unknown,
  { fileDigests, name, signal }: { fileDigests: FileDigests; name: string; signal?: AbortSignal | undefined },
): Promise<ReadonlyMap<FileInput, FileMemo>> {
  const files = new Map<FileInput, FileMemo>();
  for (const file of filesWithin(value)) files.set(file, await fileDigests.digest(file, name, signal));
  return files;
}

/** Why what was made of some files must not be stored; `undefined`: all are as they were digested. */
export async function changedFile(
  files: Iterable<readonly [FileInput, FileMemo]> = [],
  fileDigests: FileDigests,
): Promise<string | undefined> {
  for (const [file, memo] of files) {
    if (!(await fileDigests.unchanged(file, memo))) return `the file '${file.path}' changed during the run`;
  }
  return undefined;
}

/** Remembers digests under `file:<digest of the real path>` in `cache`, and in memory. */
export function createFileDigests(options: { readonly cache: Cache | undefined; readonly clock: Clock }): FileDigests {
  const { cache, clock } = options;
  const inProcess = new Map<string, FileMemo>();

  async function digest(
    file: FileInput,
    input: string,
    signal: AbortSignal | undefined,
    keeps: boolean,
  ): Promise<FileMemo> {
    try {
      const key = `file:${contentDigest(new TextEncoder().encode(await realpath(file.path)))}`;
      const first = await statFile(file, input);
      const remembered = inProcess.get(key) ?? (await readMemo(cache, key));
      if (remembered !== undefined && remembered.looks === looksOf(first) && isSettled(remembered)) {
        inProcess.set(key, remembered);
        return remembered;
      }
      const memo = await read(file, input, first, signal);
      inProcess.set(key, memo);
      if (keeps && isSettled(memo)) await keep(key, memo);
      return memo;
    } catch (error) {
      if (LarderError.isInstance(error) || signal?.aborted) throw error;
      throw fileError(error, file, input);
    }
  }

  /** A memo that can't be kept costs a reading the next time, and nothing else. */
  async function keep(key: string, memo: FileMemo): Promise<void> {
    await cache?.set(key, memo, { codec: structuredCodec.name }).catch(() => undefined);
  }

  async function read(
    file: FileInput,
    input: string,
    first: BigIntStats,
    signal: AbortSignal | undefined,
  ): Promise<FileMemo> {
    let before = first;
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const madeAt = clock.now();
      const content = await fileDigest(file.path, signal);
      const after = await statFile(file, input);
      if (looksOf(after) === looksOf(before)) {
        return { digest: content, looks: looksOf(after), changedAt: changedAt(after), madeAt };
      }
      before = after;
    }
    throw new LarderError(
      `Input '${input}': the file '${file.path}' changes while it is read. Run again when whoever writes it has finished.`,
      { code: "unsteady-file", facts: { input, path: file.path } },
    );
  }

  async function unchanged(file: FileInput, memo: FileMemo): Promise<boolean> {
    try {
      if (looksOf(await stat(file.path, { bigint: true })) !== memo.looks) return false;
      // Time stamps tell only of a file that had been left alone for a while before it was read.
      return isSettled(memo) || (await fileDigest(file.path)) === memo.digest;
    } catch {
      return false;
    }
  }

  const readOnly: FileDigests = {
    digest: (file, input, signal) => digest(file, input, signal, false),
    unchanged,
    get readOnly() {
      return readOnly;
    },
  };
  return { digest: (file, input, signal) => digest(file, input, signal, true), unchanged, readOnly };
}

async function statFile(file: FileInput, input: string): Promise<BigIntStats> {
  const stats = await stat(file.path, { bigint: true });
  if (!stats.isFile()) {
    throw new LarderError(`Input '${input}': '${file.path}' is not a file. Give the path of a file.`, {
      code: "not-a-file",
      facts: { input, path: file.path },
    });
  }
  return stats;
}

/** Checks that a file is there and is a file, without reading it. */
export async function checkFile(file: FileInput, input: string): Promise<void> {
  try {
    await statFile(file, input);
  } catch (error) {
    throw LarderError.isInstance(error) ? error : fileError(error, file, input);
  }
}

function fileError(error: unknown, file: FileInput, input: string): LarderError {
  const reason = (error as NodeJS.ErrnoException | undefined)?.code;
  const facts = { input, path: file.path, reason };
  if (reason === "ENOENT" || reason === "ENOTDIR") {
    return new LarderError(`Input '${input}': there is no file '${file.path}'. Check the path.`, {
      code: "file-not-found",
      facts,
      cause: error,
    });
  }
  return new LarderError(`Input '${input}': the file '${file.path}' can't be read (${reason ?? String(error)}).`, {
    code: "unreadable-file",
    facts,
    cause: error,
  });
}

function looksOf(stats: BigIntStats): string {
  return [stats.size, stats.mtimeNs, stats.ctimeNs, stats.ino, stats.dev].join(" ");
}

/** The later of both times: an mtime can be set back, a ctime can't. */
function changedAt(stats: BigIntStats): number {
  return Math.max(Number(stats.mtimeNs), Number(stats.ctimeNs)) / 1e6;
}

function isSettled(memo: FileMemo): boolean {
  return memo.madeAt - memo.changedAt >= settledMilliseconds;
}

async function readMemo(cache: Cache | undefined, key: string): Promise<FileMemo | undefined> {
  const memo = await cache?.get<FileMemo>(key);
  const sound =
    typeof memo?.digest === "string" &&
    typeof memo.looks === "string" &&
    typeof memo.changedAt === "number" &&
    typeof memo.madeAt === "number";
  return sound ? memo : undefined;
}
