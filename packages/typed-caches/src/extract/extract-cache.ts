import { invalidOption } from "../cache/invalid-option.js";
import { tagOf } from "../cache/key-part.js";
import { checkedTtl, lastingTtl, usedCache } from "../cache/used-cache.js";
import { rememberedSha256 } from "../files/digest-memo.js";
import { checkedSha256, sha256OfBytes } from "../files/sha256.js";
import { optionsFingerprint } from "./extract-key.js";
import { extractMany } from "./extract-many.js";
import { type ExtractPlan, extractOnce } from "./extract-once.js";
import type {
  ExtractCache,
  ExtractCacheOptions,
  ExtractManySettings,
  Extractor,
  ExtractSettings,
  ExtractSource,
} from "./extract-types.js";

const defaultConcurrency = 16;

/**
 * A cache of what was extracted from files, by their content. Tags: `options:<optionsFingerprint>` and, where a repository is given,
 * `repository:<repository>`. Without `ttlSeconds` results are kept until evicted.
 *
 * @throws LarderError `invalid-option`
 */
export function extractCache(options: ExtractCacheOptions = {}): ExtractCache {
  const { cache, close, ttlSeconds } = usedCache("extract", options);

  function planOf(settings: ExtractSettings): ExtractPlan {
    const { kind, repository, signal } = settings;
    const fingerprint = optionsFingerprint(settings.options);
    const tags = [optionsTag(fingerprint), ...(repository === undefined ? [] : [repositoryTag(repository)])];
    const ttl = checkedTtl("ttlSeconds", settings.ttlSeconds);
    const lasting = ttl === undefined ? ttlSeconds : lastingTtl(ttl);
    return { kind, optionsFingerprint: fingerprint, tags, ttlSeconds: lasting, signal };
  }

  async function sha256OfFile(file: string, signal?: AbortSignal): Promise<string> {
    return rememberedSha256(await cache(), file, { ttlSeconds, signal });
  }

  return Object.freeze({
    cache,
    close,
    async extract<Value>(request: ExtractSettings & ExtractSource, extractor: Extractor<Value>) {
      const plan = planOf(request);
      checkSource(request);
      checkExtractor(extractor);
      const { file, bytes, signal } = request;
      const digest = async () => (bytes === undefined ? sha256OfFile(file!, signal) : sha256OfBytes(bytes));
      const { value } = await extractOnce(await cache(), plan, request, extractor, digest);
      return value;
    },
    async extractMany<Value, Source extends ExtractSource>(
      sources: readonly Source[],
      settings: ExtractManySettings,
      extractor: Extractor<Value>,
    ) {
      const { concurrency = defaultConcurrency } = settings;
      if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
        throw invalidOption("concurrency", "a whole number, 1 or more", concurrency);
      }
      const plan = { ...planOf(settings), concurrency };
      for (const source of sources) checkSource(source);
      checkExtractor(extractor);
      return extractMany(await cache(), plan, sources, extractor);
    },
    sha256OfFile: (file: string) => sha256OfFile(file),
    async repositoryChanged(repository: string) {
      return (await cache()).evictTag(repositoryTag(repository));
    },
    async optionsChanged(changed: unknown) {
      return (await cache()).evictTag(optionsTag(optionsFingerprint(changed)));
    },
  });
}

const repositoryTag = (repository: string) => tagOf("repository", "repository", repository);
const optionsTag = (fingerprint: string) => tagOf("options", "optionsFingerprint", fingerprint);

function checkSource({ file, bytes, sha256 }: ExtractSource): void {
  if (file === undefined && bytes === undefined && sha256 === undefined) {
    throw invalidOption("file", "given, or bytes, or sha256", undefined);
  }
  if (file !== undefined && (typeof file !== "string" || file === "")) throw invalidOption("file", "a path", file);
  if (bytes !== undefined && !(bytes instanceof Uint8Array)) throw invalidOption("bytes", "a Uint8Array", bytes);
  if (sha256 !== undefined) checkedSha256(sha256);
}

function checkExtractor(extractor: unknown): void {
  if (typeof extractor !== "function") throw invalidOption("extractor", "a function", extractor);
}
