import { type Extractor, extractKey, optionsFingerprint } from "@larder/typed-caches";
import { extractKind } from "./extract-kind.js";
import { dialectOf, type Extraction, extractSource } from "./extraction/index.js";
import { extractorVersion } from "./extractor-version.js";

/** What the extractions of files with such a name are kept under. */
export function extractSettings(path: string, repository: string) {
  return { kind: extractKind(path), options: extractOptions(), repository };
}

/** The key that the extraction of a file is kept under, with {@link extractSettings}. */
export function extractionKey({ path, sha256 }: { readonly path: string; readonly sha256: string }): string {
  fingerprint ??= optionsFingerprint(extractOptions());
  return extractKey({ kind: extractKind(path), sha256, optionsFingerprint: fingerprint });
}

const extractOptions = () => ({ extractor: extractorVersion() });
let fingerprint: string | undefined;

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
