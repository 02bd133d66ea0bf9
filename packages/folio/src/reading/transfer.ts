import { type Clock, sleepUntilAborted } from "@larder/core";
import type { ContentId, StoredDigests } from "../cached/folio-store.js";
import type { ItemPlace } from "../folio-parts.js";
import type { ChecksumAlgorithm } from "../manifest/manifest.js";
import { isUnreachable, RemoteError } from "../remote/remote-error.js";
import type { RemoteRead } from "../remote/remote-storage.js";
import { type BlockSink, blockSink } from "./block-sink.js";
import type { PartialFacts } from "./partial-file.js";
import { ObjectGoneError, PartialFileError, WrongBytesError } from "./transfer-errors.js";
import { type Hashers, hashers } from "./transfer-hashers.js";

/** Where bytes go as they come. A `PartialFile` is one. */
export interface TransferTarget {
  readonly found: (PartialFacts & { readonly byteLength: number }) | undefined;
  reread(byteLength: number, update: (bytes: Uint8Array) => void): Promise<void>;
  /** What is to come, from byte 0; called again when everything begins anew. */
  begin(facts: PartialFacts): Promise<void>;
  /** The memory of `bytes` is used again once the promise is settled. */
  write(bytes: Uint8Array, at: number): Promise<void>;
}

export interface TransferOptions {
  readonly place: ItemPlace;
  /** What the bytes must be; `undefined`: not known. */
  readonly content: ContentId | undefined;
  readonly sizeBytes: number | undefined;
  readonly algorithm: ChecksumAlgorithm;
  /** Where the bytes go. Without it, and where `keepsBytes`, they stay in memory. */
  readonly file: TransferTarget | undefined;
  readonly keepsBytes: boolean;
  /** Tell what the store wants to know of the bytes, too: while they come, it costs no reading. */
  readonly tellsStored?: boolean | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onBytes: (bytes: number, totalBytes: number) => void;
  readonly clock: Clock;
  readonly random: () => number;
  /** Waits between two tries; for tests. */
  readonly sleep?: ((milliseconds: number, signal?: AbortSignal) => Promise<void>) | undefined;
}

/** Bytes that came whole, and are what they should be. */
export interface Transferred {
  readonly content: ContentId;
  readonly byteLength: number;
  readonly version: string | undefined;
  /** Absent where they are only in the file. */
  readonly bytes: Uint8Array | undefined;
  /** Where it was asked for. */
  readonly stored: StoredDigests | undefined;
  /** Bytes that came over the network, without those an earlier try had left. */
  readonly received: number;
}

/** Tries in a row that bring no byte. */
const triesWithoutProgress = 3;
/** An object that changes this often while it is read is given up. */
const mostRestarts = 4;

/**
 * Brings the bytes of an object here, hashed on the way. A body that breaks off is gone on with where the remote tells a
 * version and reads ranges, and begun anew otherwise.
 *
 * @throws WrongBytesError; ObjectGoneError; PartialFileError; RemoteError; the reason of the signal
 */
export async function transfer(options: TransferOptions): Promise<Transferred> {
  const { place, algorithm, signal } = options;
  const { storage, path } = place;
  const state = await startingState(options);
  let [failures, restarts] = [0, 0];
  for (;;) {
    signal?.throwIfAborted();
    const before = state.sink.length;
    try {
      const resumed = before > 0;
      const read = await storage.read(path, resumed ? { start: before, ifVersion: state.version, signal } : { signal });
      if (read.status === "absent") throw new ObjectGoneError(storage.url, path);
      if (read.status !== "found" || !continues(read, state)) {
        if (read.status === "found") await abandon(read);
        await startAnew(state, options);
        if (++restarts > mostRestarts) throw keepsChanging(options);
        continue;
      }
      if (!resumed) await begin(state, read, options);
      await take(read, state, options);
      return await finished(state, read.object.byteLength, options, algorithm);
    } catch (error) {
      if (!isUnreachable(error) || signal?.aborted) throw error;
      const received = state.sink.length - before;
      failures = received > 0 ? 0 : failures + 1;
      if (failures >= triesWithoutProgress) throw error;
      const resumes = state.version !== undefined && storage.abilities.ranges;
      if (!resumes && ++restarts > mostRestarts) throw error;
      if (resumes) await state.sink.flush();
      else await startAnew(state, options);
      if (received === 0) await pause(failures, options);
    }
  }
}

interface TransferState {
  hasher: Hashers;
  readonly sink: BlockSink;
  version: string | undefined;
  received: number;
}

async function startingState(options: TransferOptions): Promise<TransferState> {
  const { file, keepsBytes, sizeBytes, place } = options;
  const hasher = await hashers(options);
  const state: TransferState = {
    hasher,
    version: undefined,
    received: 0,
    sink: blockSink({
      keeps: keepsBytes || file === undefined,
      expectedBytes: sizeBytes,
      take(block, at) {
        // Written by another thread while this one hashes.
        const writing = file && onFile(() => file.write(block, at));
        writing?.catch(() => undefined);
        state.hasher.update(block);
        return writing;
      },
    }),
  };
  const found = file?.found;
  const ofThis = found !== undefined && found.version !== undefined && found.url === addressOf(place);
  const resumable = ofThis && place.storage.abilities.ranges;
  const size = found?.totalBytes;
  if (!resumable || found.byteLength >= found.totalBytes || (sizeBytes !== undefined && size !== sizeBytes))
    return state;
  state.version = found.version;
  await onFile(() =>
    file!.reread(found.byteLength, (bytes) => {
      hasher.update(bytes);
      state.sink.resume(bytes);
    }),
  );
  return state;
}

/** Whether what was read goes on where we are. */
function continues(read: Extract<RemoteRead, { status: "found" }>, { sink, version }: TransferState): boolean {
  if (read.start !== sink.length) return false;
  return sink.length === 0 || read.object.version === version;
}

async function begin(
  state: TransferState,
  { object }: Extract<RemoteRead, { status: "found" }>,
  options: TransferOptions,
) {
  state.version = object.version;
  const { file, place } = options;
  if (file === undefined) return;
  const facts = { version: object.version, totalBytes: object.byteLength, url: addressOf(place) };
  await onFile(() => file.begin(facts));
}

async function take(read: Extract<RemoteRead, { status: "found" }>, state: TransferState, options: TransferOptions) {
  const { sizeBytes, content } = options;
  const { byteLength } = read.object;
  if (content !== undefined && sizeBytes !== undefined && byteLength !== sizeBytes) {
    await abandon(read);
    throw wrongSize(options, byteLength);
  }
  for await (const piece of read.body) {
    await state.sink.add(piece);
    state.received += piece.byteLength;
    options.onBytes(state.sink.length, byteLength);
    options.signal?.throwIfAborted();
  }
  await state.sink.flush();
  if (state.sink.length !== byteLength) throw wrongSize(options, state.sink.length);
}

async function finished(
  state: TransferState,
  byteLength: number,
  { content, file, keepsBytes }: TransferOptions,
  algorithm: ChecksumAlgorithm,
): Promise<Transferred> {
  const { checksum, stored } = state.hasher.digests();
  const actual = `${algorithm}:${checksum}`;
  if (content !== undefined && content !== actual) throw new WrongBytesError({ expected: content, actual, algorithm });
  return {
    content: actual,
    byteLength,
    version: state.version,
    stored,
    bytes: keepsBytes || file === undefined ? state.sink.bytes() : undefined,
    received: state.received,
  };
}

async function startAnew(state: TransferState, options: TransferOptions): Promise<void> {
  state.hasher = await hashers(options);
  state.sink.restart();
  state.version = undefined;
}

async function pause(failures: number, { random, signal, sleep = sleepUntilAborted }: TransferOptions): Promise<void> {
  await sleep(200 * 2 ** (failures - 1) * (0.5 + random() / 2), signal);
}

/** Ends a body that is not wanted, which frees its connection. */
async function abandon({ body }: Extract<RemoteRead, { status: "found" }>): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}

async function onFile(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw error instanceof RemoteError ? error : new PartialFileError(error);
  }
}

function addressOf({ storage, path }: ItemPlace): string {
  return `${storage.url}/${path}`;
}

function wrongSize({ content, sizeBytes, algorithm }: TransferOptions, byteLength: number): WrongBytesError {
  const expected = sizeBytes === undefined ? (content ?? "as many as announced") : `${sizeBytes} bytes`;
  return new WrongBytesError({ expected, actual: `${byteLength} bytes`, algorithm });
}

function keepsChanging({ place }: TransferOptions): RemoteError {
  return new RemoteError(
    `The object '${place.path}' of ${place.storage.url} changes again and again while it is read. Read it when its writer is done.`,
    { code: "remote-failed", facts: { url: place.storage.url, path: place.path } },
  );
}
