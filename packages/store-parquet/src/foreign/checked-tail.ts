import type { BlobSource } from "@larder/core";
import { checkThrift } from "../format/check-thrift.js";
import { damagedParquet } from "../format/parquet-errors.js";
import { readTail } from "../format/read-footer.js";
import { foreignLimit } from "./foreign-errors.js";
import type { ForeignLimits } from "./foreign-limits.js";

/** Footers up to this length are walked through before a process is started; it takes about 20 ms. */
const mostWalked = 4 << 20;

/**
 * Looks at the end of a file before anything of it is parsed: its mark, the length of its footer, and whether the footer
 * states more than it holds.
 *
 * @returns the source, which does not read again what was read for this
 * @throws LarderError `not-parquet`, `damaged-parquet`, `unsupported-parquet`, `foreign-limit`
 */
export async function checkedTail(source: BlobSource, { megabytes }: Required<ForeignLimits>): Promise<BlobSource> {
  const { tail, tailStart, footerLength } = await readTail(source, (length) => {
    // Parsed, a footer takes many times its length.
    const most = (megabytes * 2 ** 20) / 8;
    if (length <= most) return;
    throw foreignLimit(
      "footer",
      `has a footer of ${length} bytes, and ${Math.floor(most)} are allowed with ${megabytes} MB`,
      "Raise limits.megabytes if you trust the file.",
      { footerLength: length, most, megabytes },
    );
  });
  if (footerLength <= mostWalked) {
    const footer = tail.subarray(tail.byteLength - 8 - footerLength, tail.byteLength - 8);
    if (checkThrift(footer, 0) > footerLength) throw damagedParquet("its metadata states more than it holds");
  }
  return {
    byteLength: source.byteLength,
    slice(start, end = source.byteLength) {
      if (start >= tailStart) return tail.subarray(start - tailStart, end - tailStart);
      return source.slice(start, end);
    },
  };
}
