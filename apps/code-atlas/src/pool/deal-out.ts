import { bytesOf } from "../bytes-of.js";
import { extractKind } from "../extract-kind.js";
import type { PoolFile } from "./pool-protocol.js";

const bytesInChunk = 256 * 1024;
const filesInChunk = 64;

/**
 * Deals files out in chunks, the largest first, so that no process is left alone with a large file at the end. The files of a
 * chunk are read in the same way; there are no more than 64, and no more than 256 KiB but for single files.
 */
export function dealOut(files: readonly PoolFile[]): PoolFile[][] {
  const chunks = [...groupByKind(files).values()].flatMap((group) =>
    inChunks([...group].sort((a, b) => b.size - a.size)),
  );
  return chunks.sort((a, b) => bytesOf(b) - bytesOf(a));
}

function groupByKind(files: readonly PoolFile[]): Map<string, PoolFile[]> {
  const groups = new Map<string, PoolFile[]>();
  for (const file of files) {
    const kind = extractKind(file.path);
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, [file]);
    else group.push(file);
  }
  return groups;
}

function inChunks(files: readonly PoolFile[]): PoolFile[][] {
  const chunks: PoolFile[][] = [];
  let bytes = 0;
  for (const file of files) {
    const last = chunks.at(-1);
    if (last !== undefined && last.length < filesInChunk && bytes + file.size <= bytesInChunk) {
      last.push(file);
      bytes += file.size;
    } else {
      chunks.push([file]);
      bytes = file.size;
    }
  }
  return chunks;
}
