import type { Cache } from "@larder/core";
import pLimit from "p-limit";
import { getManyFresh } from "../cache/get-many-fresh.js";
import { type DigestOutcome, rememberedSha256, rememberedSha256s } from "../files/digest-memo.js";
import { checkedSha256, sha256OfBytes } from "../files/sha256.js";
import { extractKey } from "./extract-key.js";
import { type ExtractPlan, extractOnce, isOfContent } from "./extract-once.js";
import type { ExtractOutcome, Extractor, ExtractSource } from "./extract-types.js";

interface ManyPlan extends ExtractPlan {
  readonly concurrency: number;
}

/** See `ExtractCache.extractMany`. */
export async function extractMany<Value, Source extends ExtractSource>(
  cache: Cache,
  plan: ManyPlan,
  sources: readonly Source[],
  extractor: Extractor<Value>,
): Promise<ExtractOutcome<Value, Source>[]> {
  const digests = await digestsOf(cache, plan, sources);
  const outcomes: (ExtractOutcome<Value, Source> | undefined)[] = new Array(sources.length);
  // Places of the sources that have the same content, by its key.
  const places = new Map<string, number[]>();
  for (const [at, digest] of digests.entries()) {
    if ("error" in digest) {
      outcomes[at] = { ok: false, source: sources[at]!, sha256: undefined, error: digest.error };
      continue;
    }
    const key = extractKey({ ...plan, sha256: digest.sha256 });
    const same = places.get(key);
    if (same === undefined) places.set(key, [at]);
    else same.push(at);
  }
  const found = await getManyFresh<Value>(cache, [...places.keys()], plan.ttlSeconds);
  plan.signal?.throwIfAborted();
  const limit = pLimit(plan.concurrency);
  const extracting: Promise<void>[] = [];

  for (const [key, group] of places) {
    const sha256 = (digests[group[0]!] as { sha256: string }).sha256;
    if (found.has(key)) {
      const value = found.get(key) as Value;
      for (const at of group) outcomes[at] = { ok: true, source: sources[at]!, sha256, hit: true, value };
    } else {
      extracting.push(limit(() => extractGroup(sha256, group)));
    }
  }
  await Promise.all(extracting);
  plan.signal?.throwIfAborted();
  return outcomes as ExtractOutcome<Value, Source>[];

  /** One of the sources is extracted for all; where its content can't be read, the next. */
  async function extractGroup(sha256: string, group: readonly number[]): Promise<void> {
    let waiting = [...group];
    while (waiting.length > 0) {
      const [at, ...others] = waiting as [number, ...number[]];
      const source = sources[at]!;
      if (plan.signal?.aborted === true) return;
      let ran = false;
      const run: Extractor<Value> = (input) => {
        ran = true;
        return extractor(input);
      };
      let first = true;
      const digest = async () => {
        if (first) {
          first = false;
          return sha256;
        }
        return source.bytes === undefined ? rememberedSha256(cache, source.file!, plan) : sha256OfBytes(source.bytes);
      };
      try {
        const extracted = await extractOnce(cache, plan, source, run, digest);
        const { value } = extracted;
        const done = (place: number, hit: boolean): ExtractOutcome<Value, Source> => ({
          ok: true,
          source: sources[place]!,
          sha256: extracted.sha256,
          hit,
          value,
        });
        outcomes[at] = done(at, !ran);
        waiting = others;
        if (extracted.sha256 !== sha256) continue;
        for (const other of others) outcomes[other] = done(other, true);
        return;
      } catch (error) {
        outcomes[at] = { ok: false, source, sha256, error };
        waiting = others;
        if (isOfContent(error)) continue;
        for (const other of others) outcomes[other] = { ok: false, source: sources[other]!, sha256, error };
        return;
      }
    }
  }
}

async function digestsOf(cache: Cache, plan: ManyPlan, sources: readonly ExtractSource[]): Promise<DigestOutcome[]> {
  const read: number[] = [];
  const digests = sources.map(({ sha256, bytes }, at): DigestOutcome => {
    if (sha256 !== undefined) return { sha256: checkedSha256(sha256) };
    if (bytes !== undefined) return { sha256: sha256OfBytes(bytes) };
    read.push(at);
    return { error: undefined };
  });
  if (read.length === 0) return digests;
  const files = read.map((at) => sources[at]!.file!);
  for (const [place, outcome] of (await rememberedSha256s(cache, files, plan)).entries()) {
    digests[read[place]!] = outcome;
  }
  return digests;
}
