import { LarderError } from "@larder/core";
import type { Hdf5Type } from "./hdf5-type.js";

/** The parts of h5wasm's module that are used: HDF5's C library, compiled to WebAssembly, its file system in memory. */
export interface H5wasm {
  readonly HEAPU8: Uint8Array;
  readonly H5F_ACC_RDONLY: number;
  readonly H5G_GROUP: number;
  readonly H5G_DATASET: number;
  readonly FS: EmscriptenFiles;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  open(path: string, mode: number, trackOrder: boolean, oldest: number, newest: number): bigint;
  close_file(file: bigint): number;
  get_type(file: bigint, path: string): number;
  get_names(file: bigint, path: string, recursive: boolean): string[];
  get_symbolic_link(file: bigint, path: string): string | null;
  get_external_link(file: bigint, path: string): { readonly filename?: string };
  create_object_reference(file: bigint, path: string): Uint8Array;
  get_dataset_metadata(file: bigint, path: string): Hdf5Type;
  get_dataset_filters(file: bigint, path: string): { readonly id: number; readonly name: string }[];
  get_dataset_data(
    file: bigint,
    path: string,
    count: bigint[] | null,
    offset: bigint[] | null,
    strides: bigint[] | null,
    pointer: bigint,
  ): number;
  get_attribute_names(file: bigint, path: string): string[];
  get_attribute_metadata(file: bigint, path: string, name: string): Hdf5Type;
  get_attribute_data(file: bigint, path: string, name: string, pointer: bigint): number;
  reclaim_vlen_memory(file: bigint, path: string, attribute: string, pointer: bigint): number;
}

/** What is used of Emscripten's file system (https://emscripten.org/docs/api_reference/Filesystem-API.html). */
export interface EmscriptenFiles {
  createFile(parent: string, name: string, properties: object, canRead: boolean, canWrite: boolean): EmscriptenNode;
  unlink(path: string): void;
  getStream(descriptor: number): EmscriptenStream;
}

export interface EmscriptenStream {
  position: number;
  stream_ops: StreamOperations;
}

export interface EmscriptenNode {
  readonly id: number;
  readonly mode: number;
  node_ops: Record<string, unknown>;
  stream_ops: StreamOperations;
}

export interface StreamOperations {
  [name: string]: unknown;
}

/** A library that failed can't be unloaded; so many are borne. */
const mostLoads = 16;
let loads = 0;
let loaded: Promise<H5wasm> | undefined;

/**
 * Loads h5wasm on first use: it takes about 0.3 s and 20 MB. Its build for browsers, on purpose: that one sees a file system in memory
 * only, so that a file can't make it open others by links, external storage or virtual datasets.
 *
 * @throws LarderError `missing-package` when it is not installed, `broken-package` when damaged files made it fail too often
 */
export function loadH5wasm(): Promise<H5wasm> {
  loaded ??= load().catch((cause: unknown) => {
    loaded = undefined;
    throw cause;
  });
  return loaded;
}

/** The library failed in the middle of something: the next load gives a new one. */
export function abandonH5wasm(): void {
  loaded = undefined;
}

async function load(): Promise<H5wasm> {
  if (loads >= mostLoads) {
    throw new LarderError(
      `HDF5's library failed ${loads} times in this process. Take the damaged files away, and start a new one.`,
      { code: "broken-package", facts: { package: "h5wasm", loads } },
    );
  }
  const { ready } = await imported();
  loads++;
  // Its own types leave out the file system's inner workings.
  return (await ready) as unknown as H5wasm;
}

async function imported(): Promise<{ readonly ready: Promise<unknown> }> {
  try {
    if (loads === 0) return await import("h5wasm");
    // Another address is another module, with a memory of its own.
    return (await import(`${import.meta.resolve("h5wasm")}?larder=${loads}`)) as { ready: Promise<unknown> };
  } catch (cause) {
    throw new LarderError("Reading HDF5 files needs the package h5wasm. Install it: npm install h5wasm", {
      code: "missing-package",
      facts: { package: "h5wasm" },
      cause,
    });
  }
}
