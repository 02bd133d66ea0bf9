import { type Cache, LarderError } from "@larder/core";
import { checkedInput } from "./extract-input.js";
import { extractKey } from "./extract-key.js";
import type { Extractor, ExtractSource } from "./extract-types.js";

/** Settings of a call as they are used. */
export interface ExtractPlan {
  readonly kind: string;
  readonly optionsFingerprint: string;
  readonly tags: readonly string[];
  readonly ttlSeconds: number | undefined;
  readonly signal: AbortSignal | undefined;
}

const attempts = 5;

/** What goes wrong with the content of one source, and may not with that of another which has the same digest. */
const ofContent = new Set([
  "content-changed",
  "content-needed",
  "ENOENT",
  "EACCES",
  "EPERM",
  "EIO",
  "EMFILE",
  "ENFILE",
]);

/** A result, and the digest of the content it is of. */
export interface Extracted<Value> {
  readonly sha256: string;
  readonly value: Value;
}

/**
 * The result for one source, extracted unless it is in the cache.
 *
 * @param digest - the digest of the source as it is now, where it has none; asked for again with each attempt
 * @throws as `ExtractCache.extract`
 */
export async function extractOnce<Value>(
  cache: Cache,
  plan: ExtractPlan,
  source: ExtractSource,
  extractor: Extractor<Value>,
  digest: () => Promise<string>,
): Promise<Extracted<Value>> {
  const { kind, optionsFingerprint, tags, ttlSeconds, signal } = plan;
  for (let attempt = 1; ; attempt++) {
    const sha256 = source.sha256 ?? (await digest());
    let ranHere = false;
    try {
      const value = await cache.getOrSet<Value>(
        extractKey({ kind, sha256, optionsFingerprint }),
        async (context) => {
          ranHere = true;
          const { input, check } = checkedInput(kind, sha256, source, context.signal);
          const result = await extractor(input);
          await check();
          return result;
        },
        { tags, ttlSeconds, signal },
      );
      return { sha256, value };
    } catch (error) {
      if (attempt === attempts || signal?.aborted === true) throw error;
      // Somebody else's file, not this one.
      if (!ranHere && isOfContent(error)) continue;
      const mayBeRead = source.sha256 === undefined && source.bytes === undefined;
      if (!mayBeRead || !LarderError.isInstance(error, "content-changed")) throw error;
    }
  }
}

/** Whether the content could not be had, rather than that its extractor failed. */
export function isOfContent(error: unknown): boolean {
  const { code, facts } = error as { readonly code?: unknown; readonly facts?: { readonly code?: unknown } };
  return ofContent.has(String(code === "compute-failed-elsewhere" ? facts?.code : code));
}
