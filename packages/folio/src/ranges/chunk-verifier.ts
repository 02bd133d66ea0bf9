import { contentDigest } from "@larder/core";
import type { ChecksumMismatchError } from "../folio-errors.js";
import type { ByteExtent } from "./byte-extents.js";
import { copyCommon } from "./byte-extents.js";
import type { ChunkList } from "./chunk-list.js";

/** Verifies bytes of an object chunk by chunk, and has wrong chunks fetched again. */
export interface ChunkVerifier {
  /** Bytes of a chunk; the last one of the object is shorter. */
  readonly chunkBytes: number;
  /** Bytes that came from the remote for the list. */
  readonly downloadedBytes: number;
  /** An extent with all of the chunks it touches. */
  widened(extent: ByteExtent): ByteExtent;
  /** Whether whole chunks are as they must be; bytes that are no whole chunks are not. @throws as `ChunkList.digests` */
  isRight(start: number, bytes: Uint8Array): Promise<boolean>;
  /**
   * Verifies whole chunks. Wrong ones are fetched once more, into the same bytes.
   *
   * @throws ChecksumMismatchError when they are wrong again; as `ChunkList.digests`; what `fetch` throws
   */
  mend(start: number, bytes: Uint8Array, fetch: (extent: ByteExtent) => Promise<Uint8Array>): Promise<void>;
}

/** What a verifier works with. */
export interface ChunkVerifierOptions {
  readonly list: ChunkList;
  readonly byteLength: number;
  /** Whether wrong chunks are an error at once. */
  readonly strict: boolean;
  /** Told of wrong bytes that were thrown away and are fetched again. */
  readonly onWrong: (error: ChecksumMismatchError) => void;
  /** Makes the error. */
  readonly mismatch: (facts: Readonly<Record<string, unknown>>) => ChecksumMismatchError;
}

interface WrongChunk extends ByteExtent {
  readonly expected: string;
  readonly actual: string;
}

/** A verifier by a list of digests. */
export function chunkVerifier({ list, byteLength, ...options }: ChunkVerifierOptions): ChunkVerifier {
  const { chunkBytes } = list;

  const areWhole = (start: number, end: number): boolean =>
    start % chunkBytes === 0 && end <= byteLength && (end % chunkBytes === 0 || end === byteLength);

  const wrongChunks = async (start: number, bytes: Uint8Array): Promise<WrongChunk[]> => {
    const digests = await list.digests();
    const wrong: WrongChunk[] = [];
    for (let at = 0; at < bytes.byteLength; at += chunkBytes) {
      const chunk = bytes.subarray(at, at + chunkBytes);
      const actual = contentDigest(chunk);
      const expected = digestOf(digests, (start + at) / chunkBytes);
      if (actual !== expected) {
        wrong.push({ start: start + at, end: start + at + chunk.byteLength, expected, actual });
      }
    }
    return wrong;
  };

  const mismatch = ({ start, end, expected, actual }: WrongChunk): ChecksumMismatchError =>
    options.mismatch({ expected, actual, algorithm: "blake3", start, end });

  return {
    chunkBytes,
    get downloadedBytes() {
      return list.downloadedBytes;
    },
    widened: ({ start, end }) => ({
      start: start - (start % chunkBytes),
      end: Math.min(byteLength, Math.ceil(end / chunkBytes) * chunkBytes),
    }),
    async isRight(start, bytes) {
      return areWhole(start, start + bytes.byteLength) && (await wrongChunks(start, bytes)).length === 0;
    },
    async mend(start, bytes, fetch) {
      if (!areWhole(start, start + bytes.byteLength)) throw new RangeError("Only whole chunks can be verified.");
      const wrong = await wrongChunks(start, bytes);
      if (wrong[0] === undefined) return;
      const error = mismatch(wrong[0]);
      if (options.strict) throw error;
      options.onWrong(error);
      for (const extent of joined(wrong)) {
        const again = await fetch(extent);
        const [still] = await wrongChunks(extent.start, again);
        if (still !== undefined) throw mismatch(still);
        copyCommon(bytes, start, again, extent.start);
      }
    },
  };
}

function digestOf(digests: Uint8Array, chunk: number): string {
  return Buffer.from(digests.buffer, digests.byteOffset + chunk * 32, 32).toString("hex");
}

/** Chunks side by side are fetched as one. */
function joined(chunks: readonly ByteExtent[]): ByteExtent[] {
  const all: ByteExtent[] = [];
  for (const { start, end } of chunks) {
    const last = all.at(-1);
    if (last?.end === start) all[all.length - 1] = { start: last.start, end };
    else all.push({ start, end });
  }
  return all;
}
