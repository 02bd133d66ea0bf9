import type { BlobSource, StoredBlob } from "@larder/core";

/** The same blob, of which it is told when the first of its bytes is read. */
export function noticedBlob(blob: StoredBlob, onRead: () => void): StoredBlob {
  let wasRead = false;
  return {
    ...blob,
    source: noticedSource(blob.source, () => {
      if (wasRead) return;
      wasRead = true;
      onRead();
    }),
  };
}

function noticedSource(source: BlobSource, onRead: () => void): BlobSource {
  const { byteLength, exclusive, blockBytes } = source;
  return {
    byteLength,
    ...(exclusive !== undefined && { exclusive }),
    ...(blockBytes !== undefined && { blockBytes }),
    slice(start, end) {
      onRead();
      return source.slice(start, end);
    },
    ...(source.readInto !== undefined && {
      readInto(start: number, targets: readonly Uint8Array[]) {
        onRead();
        return source.readInto!(start, targets);
      },
    }),
  };
}
