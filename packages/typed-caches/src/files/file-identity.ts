import type { BigIntStats } from "node:fs";

/** By what a file is taken to be as it was: without reading it. */
export interface FileIdentity {
  /** Bytes. */
  readonly size: bigint;
  /** Nanoseconds since 1970. */
  readonly mtimeNs: bigint;
  /** Of the last change of content or metadata, nanoseconds since 1970; no program can set it at will. */
  readonly ctimeNs: bigint;
  readonly inode: bigint;
  readonly device: bigint;
}

/** A change within this time after a file was looked at may leave its times as they were: file systems count in steps of up to 2 s. */
const settledAfterNs = 2_000_000_000n;

export function fileIdentity(stats: BigIntStats): FileIdentity {
  const { size, mtimeNs, ctimeNs, ino, dev } = stats;
  return { size, mtimeNs, ctimeNs, inode: ino, device: dev };
}

/** Size, mtimeNs, ctimeNs, inode, device: as an identity is stored. */
export type IdentityNumbers = readonly [bigint, bigint, bigint, bigint, bigint];

export function numbersOf({ size, mtimeNs, ctimeNs, inode, device }: FileIdentity): IdentityNumbers {
  return [size, mtimeNs, ctimeNs, inode, device];
}

export function sameIdentity(a: FileIdentity, b: FileIdentity): boolean {
  return (
    a.size === b.size &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs &&
    a.inode === b.inode &&
    a.device === b.device
  );
}

/**
 * Whether what is read at a time can be recognised afterwards: a file that had been changed less than 2 s before may be changed again
 * without its identity showing it.
 *
 * @param readAtMs - when reading began, milliseconds since 1970
 */
export function isSettled({ mtimeNs, ctimeNs }: FileIdentity, readAtMs: number): boolean {
  const latest = BigInt(Math.trunc(readAtMs)) * 1_000_000n - settledAfterNs;
  return mtimeNs <= latest && ctimeNs <= latest;
}
