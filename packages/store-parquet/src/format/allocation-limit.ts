import { LarderError } from "@larder/core";

let most = Number.POSITIVE_INFINITY;

/**
 * Bounds what one page or column may allocate in this process from now on, in bytes. Meant for a process that parses
 * what nobody vouches for: a few bytes of a file can state billions of rows.
 */
export function setAllocationLimit(bytes: number): void {
  most = bytes;
}

/**
 * To be called before memory is taken because a file says so.
 *
 * @param what what the memory is for, such as `a page`
 * @throws LarderError `foreign-limit` when it is more than allowed
 */
export function checkAllocation(bytes: number, what: string): void {
  if (bytes <= most) return;
  const [asked, allowed] = [bytes, most].map((size) => Math.ceil(size / 2 ** 20));
  throw new LarderError(
    `This Parquet file asks for ${asked} MB for ${what}, and ${allowed} MB are allowed. Read fewer rows or columns, or raise limits.megabytes if you trust the file.`,
    { code: "foreign-limit", facts: { limit: "memory", what, bytes, allowedBytes: most } },
  );
}
