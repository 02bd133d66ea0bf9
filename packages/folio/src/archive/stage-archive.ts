import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { ContentId } from "../cached/folio-store.js";
import { checksumHasher } from "../manifest/checksum-hasher.js";
import {
  blobName,
  type ExportedCache,
  type ExportedContent,
  exportedManifestName,
  mostManifestBytes,
  parsedContentId,
} from "../shared-directory/exported-layout.js";
import { InvalidExportError, parseExported } from "../shared-directory/parse-exported.js";
import { damagedArchive, unsafeArchive } from "./archive-errors.js";
import { gunzipFile } from "./gunzip-file.js";
import { inspectHeader, unlikeOurs } from "./inspect-header.js";
import { type MemberReader, memberReader } from "./member-reader.js";
import { blockBytes, endBytes, paddingOf, tarHeader } from "./tar-header.js";

/** How an archive is read. */
export interface StageOptions {
  readonly verifyChecksums: boolean;
  /** What all contents together may have, in bytes. */
  readonly maxBytes: number;
  readonly maxRatio: number;
  readonly signal?: AbortSignal | undefined;
  /** Asked once the list is known and before a content is written. Throws when there is no room. */
  checkRoom(exported: ExportedCache): Promise<void>;
  onContent(content: ExportedContent, bytes: number): void;
}

/** An archive that was read to its end, and found right. */
export interface StagedArchive {
  readonly exported: ExportedCache;
  /** Files with the contents. */
  readonly files: ReadonlyMap<ContentId, string>;
}

/**
 * Reads an archive member by member into a fresh directory. Which members there are, in which order, and how long each is,
 * stands in the list, which is the first of them: everything else is refused. File names in the directory are numbers: no name
 * of the archive becomes one.
 *
 * @throws LarderError `unsafe-archive`, `damaged-archive`
 */
export async function stageArchive(
  handle: FileHandle,
  file: string,
  directory: string,
  options: StageOptions,
): Promise<StagedArchive> {
  const { maxRatio, signal } = options;
  const reader = memberReader(gunzipFile(handle, file, { maxRatio, freeBytes: mostManifestBytes, signal }));
  try {
    const exported = await readList(reader, file);
    const totalBytes = exported.contents.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (totalBytes > options.maxBytes) {
      const reason = `its contents have ${totalBytes} bytes, and at most ${options.maxBytes} are taken`;
      throw unsafeArchive(file, exportedManifestName, reason);
    }
    await options.checkRoom(exported);
    const files = new Map<ContentId, string>();
    const seen = new Set([exportedManifestName]);
    for (const content of exported.contents) {
      signal?.throwIfAborted();
      const name = blobName(content.content);
      await expectMember(reader, file, { name, sizeBytes: content.sizeBytes, seen, exported });
      const path = join(directory, String(files.size));
      await writeContent(reader, file, path, content, options);
      seen.add(name);
      files.set(content.content, path);
    }
    await expectEnd(reader, file, seen);
    return { exported, files };
  } finally {
    await reader.close();
  }
}

async function readList(reader: MemberReader, file: string): Promise<ExportedCache> {
  const name = exportedManifestName;
  const header = await takeHeader(reader, file, name);
  const found = inspectHeader(header, file);
  if (found.name !== name) throw unsafeArchive(file, found.name, `the first member must be ${name}`);
  const { sizeBytes } = found;
  if (sizeBytes > mostManifestBytes) {
    throw unsafeArchive(file, name, `it would have ${sizeBytes} bytes, and at most ${mostManifestBytes} are read`);
  }
  if (!sameBytes(header, tarHeader(name, sizeBytes))) throw unlikeOurs(file, found);
  const bytes = await reader.take(sizeBytes);
  if (bytes.byteLength < sizeBytes) throw cutShort(file, name);
  await expectZeros(reader, file, name, paddingOf(sizeBytes));
  try {
    return parseExported(bytes);
  } catch (error) {
    if (error instanceof InvalidExportError) throw damagedArchive(file, name, error.message);
    throw error;
  }
}

interface ExpectedMember {
  readonly name: string;
  readonly sizeBytes: number;
  readonly seen: ReadonlySet<string>;
  readonly exported: ExportedCache;
}

async function expectMember(reader: MemberReader, file: string, expected: ExpectedMember): Promise<void> {
  const { name, sizeBytes, seen, exported } = expected;
  const header = await takeHeader(reader, file, name);
  const found = inspectHeader(header, file);
  if (found.name !== name) throw wrongMember(file, found.name, seen, exported);
  if (found.sizeBytes !== sizeBytes) {
    throw damagedArchive(file, name, `it has ${found.sizeBytes} bytes, and ${sizeBytes} by the list`);
  }
  if (!sameBytes(header, tarHeader(name, sizeBytes))) throw unlikeOurs(file, found);
}

function wrongMember(file: string, name: string, seen: ReadonlySet<string>, exported?: ExportedCache) {
  if (seen.has(name)) return unsafeArchive(file, name, "it is there twice");
  const isListed = exported?.contents.some(({ content }) => blobName(content) === name) ?? false;
  return isListed
    ? damagedArchive(file, name, "it stands where the list has another member")
    : unsafeArchive(file, name, "it is not in the list of the archive");
}

async function writeContent(
  reader: MemberReader,
  file: string,
  path: string,
  content: ExportedContent,
  { verifyChecksums, onContent }: StageOptions,
): Promise<void> {
  const name = blobName(content.content);
  const { algorithm, digits } = parsedContentId(content.content)!;
  const hasher = verifyChecksums ? await checksumHasher(algorithm) : undefined;
  let length = 0;
  const staged = await open(path, "wx", 0o600);
  try {
    for await (const chunk of reader.stream(content.sizeBytes)) {
      hasher?.update(chunk);
      await staged.writeFile(chunk);
      length += chunk.byteLength;
      onContent(content, length);
    }
  } finally {
    await staged.close();
  }
  if (length < content.sizeBytes) throw cutShort(file, name);
  if (hasher !== undefined && hasher.digest() !== digits) {
    throw damagedArchive(file, name, `its bytes do not meet their checksum (${algorithm})`);
  }
  await expectZeros(reader, file, name, paddingOf(content.sizeBytes));
}

async function takeHeader(reader: MemberReader, file: string, expected: string): Promise<Uint8Array> {
  const header = await reader.take(blockBytes);
  if (header.byteLength < blockBytes) throw cutShort(file, expected);
  if (isZero(header)) throw damagedArchive(file, expected, "the archive ends before it");
  return header;
}

/** Two blocks of zeros, and nothing behind them. */
async function expectEnd(reader: MemberReader, file: string, seen: ReadonlySet<string>): Promise<void> {
  const first = await reader.take(blockBytes);
  if (first.byteLength === blockBytes && !isZero(first)) {
    throw wrongMember(file, inspectHeader(first, file).name, seen);
  }
  const rest = await reader.take(endBytes - first.byteLength + 1);
  if (first.byteLength + rest.byteLength < endBytes) throw cutShort(file, undefined);
  if (!isZero(rest) || first.byteLength + rest.byteLength > endBytes) {
    throw unsafeArchive(file, undefined, "something stands behind its end");
  }
}

async function expectZeros(reader: MemberReader, file: string, name: string, length: number): Promise<void> {
  const bytes = await reader.take(length);
  if (bytes.byteLength < length) throw cutShort(file, name);
  if (!isZero(bytes)) throw unsafeArchive(file, name, "something stands between its end and the next member");
}

function cutShort(file: string, name: string | undefined) {
  return damagedArchive(file, name, "the archive is cut short");
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
