import { checkAllocation } from "../../format/allocation-limit.js";
import type { OpenedFile } from "../opened-file.js";

/** Bounds of values, ascending, in bytes behind some place of a file. */
export interface ValueBounds {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/**
 * Reads values that stand here and there, those near each other at once, into one piece of memory; the bounds become those in it.
 *
 * @param base the place of the file that the bounds are counted from
 * @param align values stand in the memory as they do behind `base`, as far as whole units of so many bytes go
 */
export async function readApart(
  file: OpenedFile,
  base: number,
  { starts, ends }: ValueBounds,
  align: number,
): Promise<Uint8Array> {
  const gap = file.blockBytes ?? 0;
  const reads: { readonly start: number; end: number; readonly at: number }[] = [];
  let length = 0;
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i]!;
    const end = ends[i]!;
    let last = reads.at(-1);
    if (last && start - last.end <= gap) last.end = end;
    else {
      last = { start, end, at: Math.ceil(length / align) * align };
      reads.push(last);
    }
    starts[i] = last.at + start - last.start;
    length = last.at + end - last.start;
    ends[i] = length;
  }
  checkAllocation(length, "the values of a page");
  const bytes = new Uint8Array(length);
  for (const { start, end, at } of reads) {
    if (end === start) continue;
    const filled = file.readInto(base + start, [bytes.subarray(at, at + end - start)]);
    if (filled instanceof Promise) await filled;
  }
  return bytes;
}
