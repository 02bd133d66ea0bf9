import type { BlobSource } from "@larder/core";
import type { ToChild } from "./foreign-protocol.js";
import { type FrameChannel, sendParts } from "./frame-channel.js";

/** One read of the source takes at most this much, so that a long range does not need its length in memory. */
const readBytes = 1 << 24;

/** Sends a range of a source to the child. @throws what the source throws */
export async function serveRange(
  source: BlobSource,
  channel: FrameChannel<ToChild>,
  range: number,
  start: number,
  end: number,
): Promise<void> {
  for (let at = start; at < end; at += readBytes) {
    const stop = Math.min(at + readBytes, end);
    const bytes = await source.slice(at, stop);
    if (bytes.byteLength !== stop - at) {
      throw new RangeError(`The source returned ${bytes.byteLength} bytes for ${at}…${stop}.`);
    }
    await sendParts(channel, { kind: "bytes", range }, bytes);
  }
}
