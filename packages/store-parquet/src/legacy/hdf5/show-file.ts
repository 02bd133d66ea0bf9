import { readSync } from "node:fs";
import type { H5wasm } from "./load-h5wasm.js";

/** Shows a file of the disk, open for reading, to the library's file system; it can't see any other. */
export function showFile(library: H5wasm, name: string, descriptor: number, size: number): void {
  const node = library.FS.createFile("/", name, {}, true, false);
  const epoch = new Date(0);
  const times = { atime: epoch, mtime: epoch, ctime: epoch };
  const getattr = ({ id, mode }: { id: number; mode: number }): object => {
    return { dev: 1, ino: id, mode, nlink: 1, uid: 0, gid: 0, rdev: 0, size, ...times, blksize: 4096, blocks: 0 };
  };
  node.node_ops = { ...node.node_ops, getattr };
  const read = (_stream: unknown, memory: Uint8Array, offset: number, length: number, position: number): number => {
    const wanted = Math.max(0, Math.min(length, size - position));
    return wanted === 0 ? 0 : readSync(descriptor, memory, offset, wanted, position);
  };
  const llseek = (stream: { position: number }, offset: number, whence: number): number => {
    return offset + (whence === 1 ? stream.position : whence === 2 ? size : 0);
  };
  node.stream_ops = { ...node.stream_ops, read, llseek };
}
