import type { ContentId, FolioStore } from "../cached/folio-store.js";
import { checksumHasher } from "../manifest/checksum-hasher.js";
import { type ExportedContent, parsedContentId } from "./exported-layout.js";

/** A content could not be read as its row says: it is gone, or damaged. */
export class UnreadableContentError extends Error {
  readonly content: ContentId;

  constructor(content: ContentId, cause?: unknown) {
    super(`The content ${content} can't be read.`, { cause });
    this.content = content;
  }
}

const chunkBytes = 1 << 20;

/**
 * The bytes of a stored content, piece by piece, compared with the checksum that names it. Who reads to the end without an
 * error has the right bytes.
 *
 * @throws UnreadableContentError
 */
export async function* readContent(store: FolioStore, expected: ExportedContent): AsyncGenerator<Uint8Array> {
  const { content, sizeBytes } = expected;
  const { algorithm, digits } = parsedContentId(content)!;
  const hasher = await checksumHasher(algorithm);
  const entry = await store.content(content, undefined, { countsAsUse: false });
  if (entry === undefined) throw new UnreadableContentError(content);
  try {
    const { source } = entry;
    if (source.byteLength !== sizeBytes) throw new UnreadableContentError(content);
    for (let at = 0; at < sizeBytes; at += chunkBytes) {
      let chunk: Uint8Array;
      try {
        chunk = await source.slice(at, Math.min(at + chunkBytes, sizeBytes));
      } catch (error) {
        throw new UnreadableContentError(content, error);
      }
      hasher.update(chunk);
      yield chunk;
    }
    if (hasher.digest() !== digits) throw new UnreadableContentError(content);
  } finally {
    await entry.close();
  }
}
