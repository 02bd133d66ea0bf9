import { damagedLegacy, unsupportedLegacy } from "../legacy-errors.js";
import { isTrap } from "./hdf5-report.js";
import { Hdf5Class, type Hdf5Type, hasText, typeWords } from "./hdf5-type.js";
import type { H5wasm } from "./load-h5wasm.js";

/** Gives the bytes of a text of variable length by its pointer; valid while a dataset is read. */
export type TextAt = (pointer: number) => Uint8Array;

/** A dataset of an open file. */
export interface Hdf5Dataset {
  /** Where it is, for messages: the file and the path within it. */
  readonly origin: string;
  readonly type: Hdf5Type;
  /** @throws LarderError `unsupported-legacy` for a dataset that has no dimension, or no data at all */
  shape(): readonly number[];
  /** Reads all values, one after the other as the library lays them out, and uses them at once. */
  read<Result>(use: (bytes: Uint8Array, textAt: TextAt) => Result): Result;
  /** The bytes of a dataset that is one list of bytes of variable length, as PyTables writes objects. */
  readByteList(): Uint8Array;
}

/** Filters that are part of HDF5 itself have the numbers up to this one. */
const lastOwnFilter = 6;
/** WebAssembly has 2 GiB for everything; what is copied through it at once is less. */
const inOneFile = "Copy its values into this file.";
const [mostBytes, sliceBytes] = [2 ** 31 - 1, 2 ** 25];

/** A dataset by its path. Its type is read at once, its values by `read`. */
export function hdf5Dataset(library: H5wasm, file: bigint, path: string, origin: string): Hdf5Dataset {
  const type = library.get_dataset_metadata(file, path);
  return {
    origin,
    type,
    shape() {
      if (type.shape === null) throw unsupportedLegacy(origin, "it has no data, only a type", "Leave it out.");
      if (type.shape.length === 0)
        throw unsupportedLegacy(origin, "it is a single value, not a column", "Leave it out.");
      return type.shape;
    },
    read(use) {
      checkReadable(library, file, path, origin, type);
      if (type.total_size === 0) return use(new Uint8Array(0), () => new Uint8Array(0));
      return hasText(type)
        ? readTexts(library, file, path, origin, type, use)
        : use(readSlices(library, file, path, origin, type), noText);
    },
    readByteList() {
      checkReadable(library, file, path, origin, type);
      if (type.type !== Hdf5Class.sequence || type.total_size !== 1 || type.vlen_type?.size !== 1) {
        throw unsupportedLegacy(
          origin,
          `it holds ${typeWords(type)}, and one list of bytes was expected`,
          "Write it again.",
        );
      }
      return readTexts(library, file, path, origin, type, (bytes) => {
        const [length, pointer] = new Uint32Array(bytes.buffer, 0, 2) as unknown as [number, number];
        if (pointer + length > library.HEAPU8.length) throw damagedLegacy(origin, "its list of bytes has no end");
        return library.HEAPU8.slice(pointer, pointer + length);
      });
    },
  };
}

function checkReadable(library: H5wasm, file: bigint, path: string, origin: string, type: Hdf5Type): void {
  if (type.virtual_sources !== undefined) {
    throw unsupportedLegacy(origin, "its values lie in other files", inOneFile);
  }
  const foreign = library.get_dataset_filters(file, path).find(({ id }) => id > lastOwnFilter);
  if (foreign) {
    const advice = "Write it again with gzip: h5repack -f GZIP=4.";
    throw unsupportedLegacy(origin, `it is compressed with ${foreign.name || `filter ${foreign.id}`}`, advice);
  }
  const bytes = type.size * type.total_size;
  if (!(bytes <= mostBytes)) {
    throw unsupportedLegacy(
      origin,
      `it takes ${bytes} bytes, and at most ${mostBytes} are read`,
      "Cut it into several.",
    );
  }
}

/** A few rows at a time, since the library's memory never shrinks again. */
function readSlices(library: H5wasm, file: bigint, path: string, origin: string, type: Hdf5Type): Uint8Array {
  const [rows = 1, ...rest] = type.shape ?? [];
  const rowBytes = rest.reduce((product, length) => product * length, type.size);
  const bytes = new Uint8Array(rows * rowBytes);
  const step = Math.max(1, Math.floor(sliceBytes / rowBytes));
  for (let row = 0; row < rows; row += step) {
    const count = Math.min(step, rows - row);
    const pointer = allocated(library, count * rowBytes, origin);
    try {
      const count64 = [BigInt(count), ...rest.map(BigInt)];
      const start64 = [BigInt(row), ...rest.map(() => 0n)];
      valuesInto(library, file, path, origin, pointer, count64, start64);
      bytes.set(library.HEAPU8.subarray(pointer, pointer + count * rowBytes), row * rowBytes);
    } finally {
      library._free(pointer);
    }
  }
  return bytes;
}

function readTexts<Result>(
  library: H5wasm,
  file: bigint,
  path: string,
  origin: string,
  type: Hdf5Type,
  use: (bytes: Uint8Array, textAt: TextAt) => Result,
): Result {
  const length = type.size * type.total_size;
  const pointer = allocated(library, length, origin);
  try {
    valuesInto(library, file, path, origin, pointer, null, null);
    try {
      return use(library.HEAPU8.slice(pointer, pointer + length), textIn(library, origin));
    } finally {
      library.reclaim_vlen_memory(file, path, "", BigInt(pointer));
    }
  } finally {
    library._free(pointer);
  }
}

/** Has the library write values, all or a part of them, to its memory at `pointer`. */
function valuesInto(
  library: H5wasm,
  file: bigint,
  path: string,
  origin: string,
  pointer: number,
  count: bigint[] | null,
  start: bigint[] | null,
): void {
  const strides = count?.map(() => 1n) ?? null;
  try {
    const status = library.get_dataset_data(file, path, count, start, strides, BigInt(pointer));
    if (status < 0) throw new Error("HDF5 can't read its values");
  } catch (error) {
    if (isTrap(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (!reason.includes("external")) throw damagedLegacy(origin, reason, error);
    throw unsupportedLegacy(origin, `its values lie in other files (${reason})`, inOneFile);
  }
}

function allocated(library: H5wasm, bytes: number, origin: string): number {
  const pointer = library._malloc(bytes);
  if (pointer === 0)
    throw unsupportedLegacy(origin, `there is no room for ${bytes} bytes of it`, "Cut it into several.");
  return pointer;
}

/** Text ends at its first null byte; the null pointer stands for the empty text. */
export function textIn(library: H5wasm, origin: string): TextAt {
  return (pointer) => {
    if (pointer === 0) return new Uint8Array(0);
    const end = library.HEAPU8.indexOf(0, pointer);
    if (end < 0) throw damagedLegacy(origin, "a text of it does not end");
    return library.HEAPU8.slice(pointer, end);
  };
}

function noText(): never {
  throw new TypeError("There is no text of variable length here.");
}
