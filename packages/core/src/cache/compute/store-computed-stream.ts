import type { BlobRecord } from "../../blob-record.js";
import { LarderError } from "../../errors.js";
import type { CacheParts } from "../cache-parts.js";
import type { StreamedBlob } from "../encode-value.js";
import { release } from "../entry-reader.js";
import type { FlightState } from "../flights.js";
import type { RecordTemplate } from "../make-record.js";
import { storeStream } from "../streams/store-stream.js";
import type { ComputedHere } from "./compute-and-store.js";

/** Thrown within, where somebody else has written the key meanwhile. */
const superseded = new Error("superseded");

/**
 * Stores a computed value that is a stream, and reads it again, for the stream is spent: what callers get is what is
 * stored. Where the key was written or deleted meanwhile nothing is stored, and callers look again. When nobody waits any
 * more it is stored all the same, as any computed value is, unless `compute` has given its signal to the stream.
 *
 * @throws what the stream throws; LarderError `backend-failed`, or the backend's own, when it could not be stored: the value
 *   is lost with it; `stream-lost` when it was gone before it could be read
 */
export async function storeComputedStream(
  parts: CacheParts,
  key: string,
  { codec, stream }: StreamedBlob,
  terms: { readonly template: RecordTemplate; readonly state: FlightState; readonly secondsSpent: () => number },
): Promise<ComputedHere> {
  const { template, state, secondsSpent } = terms;
  const toStore = { codec: codec.name, chunks: stream.chunks, details: () => stream.details?.() };
  let record: BlobRecord;
  try {
    record = await storeStream(parts, key, toStore, template, {
      beforeStored() {
        if (state.superseded) throw superseded;
      },
      facts: () => (template.costSeconds === undefined ? { costSeconds: secondsSpent() } : {}),
    });
  } catch (error) {
    if (error === superseded) return { landing: { kind: "left" }, record: undefined };
    throw error;
  }
  const again = () => readBack(parts, key, record);
  return { landing: { kind: "computed", value: await again(), again }, record };
}

/** @throws LarderError `stream-lost` */
async function readBack({ reader }: CacheParts, key: string, { checksum, createdAt }: BlobRecord): Promise<unknown> {
  const isThatOne = (record: BlobRecord) => record.checksum === checksum && record.createdAt === createdAt;
  // What was made for those who wait is theirs, even when its time to live is over by now.
  const found = await reader.find(key, undefined, isThatOne);
  if (typeof found === "string") throw streamLost(key);
  if (!isThatOne(found.stored.record)) {
    await release(found.stored);
    throw streamLost(key);
  }
  const read = await reader.read(found);
  if (read.miss !== undefined) throw streamLost(key);
  return read.value;
}

function streamLost(key: string): LarderError {
  return new LarderError(
    `The stream for '${key}' was stored, and was evicted, replaced or damaged before it could be read again. Ask once more; give the cache more room where this happens often.`,
    { code: "stream-lost", facts: { key } },
  );
}
