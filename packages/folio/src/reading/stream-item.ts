import { Readable } from "node:stream";
import { LarderError } from "@larder/core";
import { type ContentEntry, contentOf } from "../cached/folio-store.js";
import type { GetOptions } from "../folio.js";
import { checkOptions } from "./check-options.js";
import { readOptionChecks } from "./get-options.js";
import type { ItemUse, RemoteAbout } from "./item-use.js";
import { mismatch } from "./read-errors.js";
import { readItem } from "./read-item.js";
import { keepsRows, type ReadingParts } from "./reading-parts.js";
import { streamTarget } from "./stream-target.js";
import { transfer } from "./transfer.js";
import { WrongBytesError } from "./transfer-errors.js";

/** Read at once from the local copy. */
const pieceBytes = 1 << 18;

/** See `Folio.stream`. What is cached is verified before its first byte comes; what is not, when the last has come. */
export async function streamItem(
  parts: ReadingParts,
  name: string,
  options: Omit<GetOptions, "columns" | "where"> = {},
): Promise<Readable> {
  checkOptions(options, readOptionChecks);
  const use: ItemUse<Readable> = {
    keepsBytes: false,
    async fromEntry(entry, { row }) {
      // The first piece at once: a copy that rotted may show here, while it can still be fetched again.
      const first = await entry.source.slice(0, Math.min(pieceBytes, entry.source.byteLength));
      return localStream(entry, first, async () => {
        if (keepsRows(parts)) await parts.background.tolerated(() => parts.store.dropContent(row.content));
      });
    },
    fromBytes: async (bytes) => Readable.from(piecesOf(bytes), { objectMode: false }),
    async fromRemote(about) {
      if (about.caches || !parts.settings.streamLargeFiles) return undefined;
      return remoteStream(parts, name, about, options);
    },
  };
  return readItem(parts, name, options, use);
}

function localStream(entry: ContentEntry, first: Uint8Array, onDamage: () => Promise<void>): Readable {
  const { source } = entry;
  async function* pieces() {
    try {
      yield first;
      for (let at = first.byteLength; at < source.byteLength; at += pieceBytes) {
        yield await source.slice(at, Math.min(at + pieceBytes, source.byteLength));
      }
    } catch (error) {
      if (LarderError.isInstance(error, "damaged-blob")) await onDamage();
      throw error;
    } finally {
      await entry.close();
    }
  }
  const stream = Readable.from(nonEmpty(pieces()), { objectMode: false });
  // One that is destroyed before it is read never comes to its end.
  stream.once("close", () => void entry.close().catch(() => undefined));
  return stream;
}

/** Passes on what the remote sends; the stream ends well only if all of it was right. */
function remoteStream(
  parts: ReadingParts,
  name: string,
  { item, place }: RemoteAbout,
  { signal }: GetOptions,
): Readable {
  const { remote, store, clock, random, connect, onEvent } = parts;
  const { url } = remote;
  const ended = new AbortController();
  const { stream, target, finish } = streamTarget(() => ended.abort());
  const began = clock.monotonic();
  transfer({
    place,
    content: contentOf(item),
    sizeBytes: item.sizeBytes,
    algorithm: item.checksumAlgorithm ?? "sha256",
    file: target,
    keepsBytes: false,
    signal: signal === undefined ? ended.signal : AbortSignal.any([ended.signal, signal]),
    onBytes: () => undefined,
    clock,
    random,
    sleep: connect.sleep,
  }).then(
    ({ received }) => {
      onEvent({ type: "download", url, item: name, bytes: received, seconds: (clock.monotonic() - began) / 1000 });
      if (keepsRows(parts)) store.count(url, { downloads: 1, downloadedBytes: received });
      finish();
    },
    (error: Error) => {
      if (!(error instanceof WrongBytesError)) return finish(error);
      const wrong = mismatch(url, name, error.facts);
      onEvent({ type: "warning", code: wrong.code, item: name, message: wrong.message, facts: wrong.facts });
      finish(wrong);
    },
  );
  return stream;
}

function* piecesOf(bytes: Uint8Array) {
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

async function* nonEmpty(pieces: AsyncIterable<Uint8Array>) {
  for await (const piece of pieces) if (piece.byteLength > 0) yield piece;
}
