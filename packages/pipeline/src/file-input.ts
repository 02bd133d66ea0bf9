import { extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheKeySymbol, LarderError } from "@larder/core";

const brand = Symbol.for("larder.file-input");
const knownFiles = Symbol.for("larder.known-files");

/**
 * Digests known at this moment, while a value that holds file inputs is being digested. In a place that every copy of
 * this package finds, for a user's pipeline may have made its inputs with another.
 */
const shared = globalThis as { [knownFiles]?: ReadonlyMap<FileInput, string> | undefined };

/**
 * A file as an input of a pipeline: what counts is its content and its extension, not where it lies. The node's
 * function gets this object and reads `path` itself.
 */
export class FileInput {
  readonly [brand] = true;
  /** Absolute. */
  readonly path: string;
  /** With its dot, such as `.parquet`; counts, because readers choose by it. Empty when there is none. */
  readonly extension: string;

  constructor(path: string | URL) {
    this.path = resolve(typeof path === "string" ? path : fileURLToPath(path));
    this.extension = extname(this.path).toLowerCase();
    Object.freeze(this);
  }

  /** What stands for the file in digests. */
  [cacheKeySymbol](): readonly string[] {
    const digest = shared[knownFiles]?.get(this);
    if (digest === undefined) {
      throw new LarderError(
        `The content of '${this.path}' is not known here. Pass file(…) as an input of the pipeline, where it is read.`,
        { code: "undigested-file", facts: { path: this.path } },
      );
    }
    return ["larder.file.1", digest, this.extension];
  }
}

/** Declares a file as an input: `inputs: { source: file("flights.parquet") }`. Relative paths begin at the working directory. */
export function file(path: string | URL): FileInput {
  return new FileInput(path);
}

/** Whether a value is a file input, also one from another copy of this package. */
export function isFileInput(value: unknown): value is FileInput {
  return typeof value === "object" && value !== null && brand in value;
}

/** Runs `digest` while the content digests of these files are known to {@link FileInput}. */
export function withKnownFiles<T>(digests: ReadonlyMap<FileInput, string>, digest: () => T): T {
  const before = shared[knownFiles];
  shared[knownFiles] = digests;
  try {
    return digest();
  } finally {
    shared[knownFiles] = before;
  }
}

/** The file inputs within a value: in arrays, plain objects, maps and sets, at any depth. */
export function filesWithin(value: unknown): readonly FileInput[] {
  if (isFileInput(value)) return [value];
  const found = new Set<FileInput>();
  const seen = new Set<object>();
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    if (isFileInput(next)) found.add(next);
    else if (Array.isArray(next)) for (const item of next) open.push(item);
    else if (next instanceof Map) for (const [key, item] of next) open.push(key, item);
    else if (next instanceof Set) for (const item of next) open.push(item);
    else if (isPlain(next)) for (const key of Object.keys(next)) open.push((next as Record<string, unknown>)[key]);
  }
  return [...found];
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
