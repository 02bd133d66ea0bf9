/** A file that is to be extracted, as it goes to a process. */
export interface PoolFile {
  /** Absolute path. */
  readonly path: string;
  /** SHA-256 of the content that is meant. */
  readonly sha256: string;
  /** Bytes; decides how files are dealt out. */
  readonly size: number;
}

/** The first message to a process: what is the same for all files. */
export interface StartMessage {
  readonly type: "start";
  /** Absolute path of the directory that all processes share. */
  readonly cacheDirectory: string;
  readonly repository: string;
  /** Digest of the extractor; a process whose own is another ends with an error. */
  readonly extractor: string;
}

/** Files to be extracted; each is answered by one `DoneMessage`. */
export interface ChunkMessage {
  readonly type: "chunk";
  readonly files: readonly PoolFile[];
}

/** Finish what is under way, close the cache and end. */
export interface EndMessage {
  readonly type: "end";
}

export type ToProcess = StartMessage | ChunkMessage | EndMessage;

/** A file that could not be extracted. */
export interface FileFailure {
  readonly path: string;
  readonly sha256: string;
  /** As of `LarderError` or `fs`: `content-changed`, `ENOENT`, `EACCES`, … */
  readonly code: string;
  readonly message: string;
}

export type FromProcess =
  /** The cache is open. */
  | { readonly type: "ready" }
  /** A source is being taken apart: it was not in the cache, and nobody else is at it. */
  | { readonly type: "extracting"; readonly size: number }
  | { readonly type: "done"; readonly failures: readonly FileFailure[] }
  /** Nothing can be done in this process at all. */
  | { readonly type: "refused"; readonly code: string; readonly message: string };
