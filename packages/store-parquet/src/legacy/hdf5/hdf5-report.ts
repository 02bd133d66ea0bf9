import type { H5wasm, StreamOperations } from "./load-h5wasm.js";

/** What HDF5 says of the errors it met, step by step; it would print it to the error stream. */
export interface Hdf5Report {
  /** The words of the innermost step, if there was an error. */
  innermost(): string | undefined;
  /** Grows with each error. */
  size(): number;
  forget(): void;
  /** Lets the library print again. */
  end(): void;
}

/** Collects the library's reports instead of having them printed. */
export function collectReport(library: H5wasm): Hdf5Report {
  const stream = library.FS.getStream(2);
  const operations: StreamOperations = stream.stream_ops;
  let text = "";
  let size = 0;
  const write = (_stream: unknown, memory: Uint8Array, offset: number, length: number): number => {
    size += length;
    if (text.length < 100_000) text += Buffer.from(memory.subarray(offset, offset + length)).toString("latin1");
    return length;
  };
  stream.stream_ops = { ...operations, write };
  return {
    innermost() {
      if (text === "") return undefined;
      return [...text.matchAll(/^ +#\d+: .* in \w+\(\): (.*)$/gm)].at(-1)?.[1] ?? text.slice(0, 200);
    },
    size: () => size,
    forget() {
      text = "";
    },
    end() {
      stream.stream_ops = operations;
    },
  };
}

/**
 * The library, each of whose functions throws when HDF5 reported an error: h5wasm itself looks at few of them, and would give part of a list,
 * or memory as it happens to be.
 */
export function strict(library: H5wasm, report: Hdf5Report): H5wasm {
  return new Proxy(library, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...operands: unknown[]): unknown => {
        const before = report.size();
        const result: unknown = Reflect.apply(value, target, operands);
        if (report.size() > before) throw new Error(report.innermost());
        return result;
      };
    },
  });
}

/** WebAssembly stopped in the middle of something: it ran into its limits, or gave up. */
export function isTrap(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return error.name === "RuntimeError" || (error instanceof RangeError && /call stack/.test(error.message));
}
