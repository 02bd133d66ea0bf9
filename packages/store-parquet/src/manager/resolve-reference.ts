import {
  type Awaitable,
  type BlobSource,
  bytesSource,
  createContentHasher,
  LarderError,
  loadXxhash,
  redactedText,
  verifyChecksum,
} from "@larder/core";
import type { Table } from "apache-arrow";
import { isArrowLikeTable } from "../arrow/arrow-like.js";
import type { RemoteReference } from "./remote-reference.js";

/** Finds what a reference points at: the bytes of a Parquet file there, to be read in part, or a table made of them. */
export type ReferenceResolver = (reference: RemoteReference) => Awaitable<BlobSource | Table>;

/** Resolvers by the scheme of the address with its colon, such as `"s3:"`. */
export type ReferenceResolvers = Readonly<Record<string, ReferenceResolver>>;

/** Read at once, so that a large file is not in memory twice. */
const pieceBytes = 4 * 1024 * 1024;

/**
 * What a reference points at.
 *
 * @throws LarderError `unknown-scheme`, `unresolved-reference`, `damaged-reference` when the bytes are more or fewer than it says
 */
export async function resolveReference(
  resolvers: ReferenceResolvers,
  reference: RemoteReference,
): Promise<{ readonly source: BlobSource } | { readonly table: Table }> {
  const { protocol } = new URL(reference.uri);
  const resolver = Object.hasOwn(resolvers, protocol) ? resolvers[protocol] : undefined;
  if (resolver === undefined) {
    const known = Object.keys(resolvers);
    throw new LarderError(
      `There is no resolver for references to '${protocol}' addresses, but for ${known.length === 0 ? "none" : known.join(", ")}. Pass one: resolvers: { ${JSON.stringify(protocol)}: (reference) => … }.`,
      { code: "unknown-scheme", facts: { scheme: protocol, known } },
    );
  }
  let resolved: BlobSource | Table;
  try {
    resolved = await resolver(reference);
  } catch (cause) {
    const why = redactedText(cause instanceof Error ? cause.message : String(cause));
    throw new LarderError(`The reference to ${redactedText(reference.uri)} could not be resolved: ${why}`, {
      code: "unresolved-reference",
      facts: { uri: reference.uri },
      cause,
    });
  }
  if (isArrowLikeTable(resolved)) return { table: resolved as unknown as Table };
  const source = resolved as BlobSource;
  if (typeof source?.slice !== "function" || typeof source.byteLength !== "number") {
    throw new LarderError(
      `The resolver for '${protocol}' gave neither an Arrow table nor a source of bytes ({ byteLength, slice }).`,
      { code: "unresolved-reference", facts: { uri: reference.uri } },
    );
  }
  if (reference.byteLength !== undefined && source.byteLength !== reference.byteLength) {
    throw damagedReference(reference, `it has ${source.byteLength} bytes instead of ${reference.byteLength}`);
  }
  return { source };
}

/**
 * All the bytes behind a reference, compared with its checksum where it has one.
 *
 * @param keep - `false`: they are only checked, and not kept
 * @throws LarderError `damaged-reference`
 */
export async function readWholeReference(
  reference: RemoteReference,
  source: BlobSource,
  keep: boolean,
): Promise<BlobSource> {
  const { byteLength } = source;
  const { checksum } = reference;
  const isLong = checksum?.startsWith("blake3:") === true;
  const hasher = isLong ? createContentHasher() : undefined;
  // The other checksum is made of the whole.
  const bytes = keep || (checksum !== undefined && !isLong) ? new Uint8Array(byteLength) : undefined;
  for (let at = 0; at < byteLength; at += pieceBytes) {
    const end = Math.min(at + pieceBytes, byteLength);
    const piece = await source.slice(at, end);
    if (piece.byteLength !== end - at) throw damagedReference(reference, `it ends at byte ${at + piece.byteLength}`);
    hasher?.update(piece);
    bytes?.set(piece, at);
  }
  if (checksum !== undefined) {
    const isRight =
      hasher === undefined
        ? verifyChecksum(bytes!, checksum, await loadXxhash())
        : `blake3:${hasher.digest()}` === checksum;
    if (!isRight) throw damagedReference(reference, "its bytes do not meet the checksum");
  }
  return keep ? bytesSource(bytes!) : source;
}

function damagedReference({ uri }: RemoteReference, reason: string): LarderError {
  return new LarderError(
    `What is at ${redactedText(uri)} is not what the reference was made of: ${reason}. Fetch it again, or make a new reference.`,
    { code: "damaged-reference", facts: { uri, reason } },
  );
}
