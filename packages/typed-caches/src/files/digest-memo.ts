import { statSync } from "node:fs";
import { resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type Cache, LarderError } from "@larder/core";
import pLimit from "p-limit";
import { fileIdentity, type IdentityNumbers, isSettled, numbersOf } from "./file-identity.js";
import { readSha256, readsAtOnce, sha256OfBytes } from "./sha256.js";

/** What is remembered of a file: the numbers of its identity, and the digest. */
type Memo = readonly [...IdentityNumbers, string];

/** `file_sha256:{SHA-256 of the absolute path}`. */
export function digestMemoKey(path: string): string {
  return `file_sha256:${sha256OfBytes(Buffer.from(resolve(path)))}`;
}

export interface DigestMemoOptions {
  readonly ttlSeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A digest, or why there is none. */
export type DigestOutcome = { readonly sha256: string } | { readonly error: unknown };

/** Files that are looked at before other work of the process gets its turn. */
const looksAtOnce = 256;

/**
 * SHA-256 of files, in their order: the one remembered in the cache where size, times and inode are as they were, else of what is
 * read now. Symbolic links are followed.
 *
 * @throws the reason of `signal`
 */
export async function rememberedSha256s(
  cache: Cache,
  paths: readonly string[],
  options: DigestMemoOptions = {},
): Promise<DigestOutcome[]> {
  const keys = paths.map(digestMemoKey);
  const memos = await cache.getMany<unknown>(keys);
  const outcomes: (DigestOutcome | undefined)[] = new Array(paths.length);
  const limit = pLimit(readsAtOnce);
  const reading: Promise<void>[] = [];
  const read = async (path: string, at: number) => {
    try {
      outcomes[at] = { sha256: await readAndRemember(cache, keys[at]!, path, options) };
    } catch (error) {
      outcomes[at] = { error };
    }
  };
  for (const [at, path] of paths.entries()) {
    if (at % looksAtOnce === looksAtOnce - 1) await setImmediate();
    options.signal?.throwIfAborted();
    try {
      const now = statSync(path, { bigint: true });
      // To open a pipe would wait for somebody who writes to it.
      if (!now.isFile()) throw notAFile(path);
      const memo = memos.get(keys[at]!);
      const numbers = numbersOf(fileIdentity(now));
      if (isMemo(memo) && numbers.every((number, place) => number === memo[place])) outcomes[at] = { sha256: memo[5] };
    } catch (error) {
      outcomes[at] = { error };
    }
    if (outcomes[at] !== undefined) continue;
    reading.push(limit(read, path, at));
  }
  await Promise.all(reading);
  options.signal?.throwIfAborted();
  return outcomes as DigestOutcome[];
}

/** As {@link rememberedSha256s}, of one file. @throws why it has no digest */
export async function rememberedSha256(cache: Cache, path: string, options?: DigestMemoOptions): Promise<string> {
  const [outcome] = await rememberedSha256s(cache, [path], options);
  if ("error" in outcome!) throw outcome.error;
  return outcome!.sha256;
}

async function readAndRemember(cache: Cache, key: string, path: string, options: DigestMemoOptions): Promise<string> {
  const { sha256, identity, readAtMs } = await readSha256(path, options.signal);
  if (isSettled(identity, readAtMs)) {
    const memo: Memo = [...numbersOf(identity), sha256];
    // What could not be remembered is read again: it costs time, and no answer.
    await cache.set(key, memo, { ttlSeconds: options.ttlSeconds }).catch(() => undefined);
  }
  return sha256;
}

function notAFile(path: string): LarderError {
  return new LarderError(`${path} is not a file, so it has no content to digest. Give the path of a file.`, {
    code: "not-a-file",
    facts: { path },
  });
}

function isMemo(value: unknown): value is Memo {
  return (
    Array.isArray(value) &&
    value.length === 6 &&
    value.slice(0, 5).every((part) => typeof part === "bigint") &&
    typeof value[5] === "string"
  );
}
