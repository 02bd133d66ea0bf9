import { type BlobRecord, type BlobToStore, recordAtEnd } from "../../src/index.js";
import { type BrokenBackend, brokenMemory } from "./broken-backend.js";

const whole = "a stream is stored whole, and resolves to its complete record";
const fields = "the record of a stream keeps every field it was given";
const late = "the record of a stream may be given when the stream has ended";
const reused = "chunks may be empty, and their buffer be used again for the next";
const broken = "a stream that breaks off throws what broke it, and leaves what was stored before";
const meanwhile = "what a key had is there until a stream has ended, and can be read on by who has opened it";

/** Backends that store something else than what a stream brought. */
export const brokenStreams: readonly BrokenBackend[] = [
  brokenMemory("loses the last chunk", whole, (right) => ({
    setBlobStream: (key, chunks, record) => right.setBlobStream(key, withoutLast(chunks), record),
  })),
  brokenMemory("resolves to the record it was given", whole, (right) => ({
    async setBlobStream(key, chunks, record) {
      await right.setBlobStream(key, chunks, record);
      return record as BlobRecord;
    },
  })),
  brokenMemory("ends at an empty chunk", reused, (right) => ({
    setBlobStream: (key, chunks, record) => right.setBlobStream(key, untilEmpty(chunks), record),
  })),
  brokenMemory("keeps chunks whose buffer is used again", reused, (right) => ({
    async setBlobStream(key, chunks, record) {
      const parts: Uint8Array[] = [];
      for await (const chunk of chunks) parts.push(chunk);
      return right.setBlobStream(key, each(parts), record);
    },
  })),
  brokenMemory("forgets the details of a stream", fields, (right) => ({
    setBlobStream: (key, chunks, record) => {
      const { details: _, ...rest } = recordAtEnd(record)();
      return right.setBlobStream(key, chunks, rest);
    },
  })),
  brokenMemory("asks for the record before the stream has ended", late, (right) => ({
    setBlobStream: (key, chunks, record) => right.setBlobStream(key, chunks, recordAtEnd(record)()),
  })),
  brokenMemory("copies the record when the stream has ended", fields, (right) => ({
    async setBlobStream(key, chunks, record) {
      const parts: Uint8Array[] = [];
      for await (const chunk of chunks) parts.push(chunk.slice());
      return right.setBlobStream(key, each(parts), record);
    },
  })),
  brokenMemory("stores what came of a stream that broke off", broken, (right) => ({
    setBlobStream: (key, chunks, record) => right.setBlobStream(key, untilBroken(chunks), record),
  })),
  brokenMemory("wraps what broke a stream", broken, (right) => ({
    setBlobStream: (key, chunks, record) =>
      right.setBlobStream(key, chunks, record).catch((error) => {
        throw new Error("the stream could not be stored", { cause: error });
      }),
  })),
  brokenMemory("deletes what a key had when a stream begins", broken, (right) => ({
    async setBlobStream(key, chunks, record) {
      await right.deleteBlob(key);
      return right.setBlobStream(key, chunks, record);
    },
  })),
  brokenMemory("shows a stream before it has ended", meanwhile, (right) => ({
    async setBlobStream(key, chunks, record) {
      const parts: Uint8Array[] = [];
      let stored = record as BlobRecord;
      for await (const chunk of chunks) {
        parts.push(chunk.slice());
        stored = await right.setBlobStream(key, each(parts), record);
      }
      return stored;
    },
  })),
  brokenMemory("mixes streams to one key", "of streams to one key at once one is there, whole", (right) => {
    const partsOf = new Map<string, Uint8Array[]>();
    return {
      async setBlobStream(key, chunks, record) {
        const parts: Uint8Array[] = partsOf.get(key) ?? [];
        partsOf.set(key, parts);
        for await (const chunk of chunks) parts.push(chunk.slice());
        partsOf.delete(key);
        return right.setBlobStream(key, each(parts), record);
      },
    };
  }),
  brokenMemory("finds streams by no tag", "what came by a stream is listed and tagged as any other blob", (right) => ({
    setBlobStream: (key, chunks, record) => {
      const { tags: _, ...rest } = recordAtEnd(record)();
      return right.setBlobStream(key, chunks, rest);
    },
  })),
  brokenMemory(
    "leaves streams out of the list",
    "what came by a stream is listed and tagged as any other blob",
    (right) => {
      const streamed = new Set<string>();
      return {
        async setBlobStream(key, chunks, record) {
          streamed.add(key);
          return right.setBlobStream(key, chunks, record);
        },
        setBlob(key, blob: BlobToStore) {
          streamed.delete(key);
          return right.setBlob(key, blob);
        },
        async *keys(range) {
          for await (const key of right.keys(range)) if (!streamed.has(key)) yield key;
        },
      };
    },
  ),
];

async function* each(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

async function* withoutLast(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | undefined;
  for await (const chunk of chunks) {
    if (held !== undefined) yield held;
    held = chunk;
  }
}

async function* untilEmpty(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (chunk.byteLength === 0) return;
    yield chunk;
  }
}

async function* untilBroken(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of chunks) yield chunk;
  } catch {
    // as if it had ended
  }
}
