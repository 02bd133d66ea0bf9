import type { Extractor } from "@larder/typed-caches";
import { extractKind } from "./extract-kind.js";
import { dialectOf, type Extraction, extractSource } from "./extraction/index.js";
import { extractorVersion } from "./extractor-version.js";

/** What the extractions of files with such a name are kept under. */
export function extractSettings(path: string, repository: string) {
  return { kind: extractKind(path), options: { extractor: extractorVersion() }, repository };
}

/**
 * Extracts files with such a name.
 *
 * @param onExtract - told of each source that is taken apart, with its bytes
 */
export function extractorOf(path: string, onExtract: (size: number) => void): Extractor<Extraction> {
  const dialect = dialectOf(path);
  return async (input) => {
    const bytes = await input.bytes();
    onExtract(bytes.byteLength);
    return extractSource({ bytes, ...dialect });
  };
}
