import { describe, expect, test } from "vitest";
import { isTimeout, runWithin } from "../../../src/legacy/hdf5/run-within.js";

/** A WebAssembly module whose function `spin` never ends. */
const endless = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x04, 0x01, 0x60, 0x00, 0x00, 0x03, 0x02, 0x01, 0x00],
  ...[0x07, 0x08, 0x01, 0x04, 0x73, 0x70, 0x69, 0x6e, 0x00, 0x00, 0x0a, 0x09, 0x01, 0x07, 0x00, 0x03, 0x40, 0x0c],
  ...[0x00, 0x0b, 0x0b],
]);

interface WebAssemblyLike {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: { readonly spin: () => void } };
}

describe("a function with a limit of time", () => {
  test("gives what it returns, and throws what it throws", () => {
    expect(runWithin(10, () => runWithin(5, () => 1) + 1)).toBe(2);
    const fault = new TypeError("wrong");
    expect(() => runWithin(10, () => thrown(fault))).toThrow(fault);
    expect(isTimeout(fault)).toBe(false);
  });

  test("is stopped in WebAssembly", () => {
    const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyLike }).WebAssembly;
    const { spin } = new Instance(new Module(endless)).exports;
    let error: unknown;
    try {
      runWithin(0.1, spin);
    } catch (caught) {
      error = caught;
    }
    expect(isTimeout(error)).toBe(true);
    expect(runWithin(10, () => "well")).toBe("well");
  });
});

function thrown(fault: Error): never {
  throw fault;
}
