import { crc32 } from "node:zlib";
import { damagedParquet } from "./parquet-errors.js";
import type { PageHeader } from "./parquet-file-reader.js";

/**
 * Holds the bytes of a page against the checksum in its header, where its writer left one.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/README.md#checksumming
 *
 * @param body what follows the header, as it is stored
 * @throws LarderError `damaged-parquet` when they differ
 */
export function checkPageCrc(header: PageHeader, body: Uint8Array): void {
  const { crc } = header;
  if (crc === undefined) return;
  const found = crc32(body) | 0;
  if (found !== (crc | 0)) throw damagedParquet("a page does not meet its checksum", { expected: crc | 0, found });
}
