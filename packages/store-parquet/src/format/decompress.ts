import { checkAllocation } from "./allocation-limit.js";
import type { Codec } from "./codecs/codec.js";
import { loadedCodec } from "./codecs/codec-table.js";
import { damagedParquet, parsing, unsupportedParquet } from "./parquet-errors.js";
import type { CompressionCodec } from "./parquet-file-reader.js";

/**
 * The bytes of a page as they were before compression. Its codec must have been loaded.
 *
 * @param byteLength how many that must be
 * @throws LarderError `damaged-parquet` when they are not, `unsupported-parquet` for another codec, by its name, `foreign-limit`
 */
export function decompress(bytes: Uint8Array, byteLength: number, name: CompressionCodec | undefined): Uint8Array {
  const codec = checkedCodec(byteLength, name);
  return checkedPage(
    parsing(`a page compressed with ${name}`, { codec: name }, () => codec.decompress(bytes, byteLength)),
    byteLength,
  );
}

/**
 * The same, in a thread of libuv's pool where the codec can; the bytes must stay as they are meanwhile. Whatever is wrong is told by
 * the promise.
 */
export async function decompressAsync(
  bytes: Uint8Array,
  byteLength: number,
  name: CompressionCodec,
): Promise<Uint8Array> {
  const codec = checkedCodec(byteLength, name);
  if (!codec.decompressAsync) return decompress(bytes, byteLength, name);
  let page: Uint8Array;
  try {
    page = await codec.decompressAsync(bytes, byteLength);
  } catch (error) {
    return parsing(`a page compressed with ${name}`, { codec: name }, () => {
      throw error;
    });
  }
  return checkedPage(page, byteLength);
}

/** Bytes that a page must have saved for a library to be worth its fresh memory: of a thousand, so many. */
const leastSaved = 20;

/** Whether a page is stored almost as it is, and its codec can copy it here: {@link decompressInto} is for such pages. */
export function isStoredPlainly(bytes: Uint8Array, byteLength: number, name: CompressionCodec): boolean {
  return loadedCodec(name)?.decompressInto !== undefined && bytes.byteLength * 1000 >= byteLength * (1000 - leastSaved);
}

/**
 * Decompresses a page that {@link isStoredPlainly} into memory of the length it states.
 *
 * @throws LarderError `damaged-parquet` when it has another length
 */
export function decompressInto(bytes: Uint8Array, target: Uint8Array, name: CompressionCodec): void {
  parsing(`a page compressed with ${name}`, { codec: name }, () => loadedCodec(name)!.decompressInto!(bytes, target));
}

/** Whether the codec works in a thread of its own. */
export function isThreaded(name: CompressionCodec): boolean {
  return loadedCodec(name)?.decompressAsync !== undefined;
}

function checkedCodec(byteLength: number, name: CompressionCodec | undefined): Codec {
  const codec = name && loadedCodec(name);
  if (!codec) throw unsupportedParquet(`pages compressed with ${name ?? "a codec without a name"}`, { codec: name });
  checkAllocation(byteLength, "a page");
  return codec;
}

function checkedPage(page: Uint8Array, byteLength: number): Uint8Array {
  if (page.byteLength === byteLength) return page;
  throw damagedParquet("a page does not decompress to the bytes it states", { byteLength, found: page.byteLength });
}
