import type { Benchmark } from "../benchmark.js";
import { toResult } from "../benchmark.js";
import { runCase, withFolder } from "../run-case.js";

/** Small values through `Cache` and `DiskCache`, beside LMDB as it is: no record, no checksum, no codec. */
export const storeBenchmark: Benchmark = {
  name: "store",
  description: "reading and writing small values through Cache and DiskCache, beside LMDB itself",
  async *measure(effort) {
    const rounds = effort.quick ? 5 : 15;
    for (const codec of ["bytes", "structured"]) {
      for (const bytes of [100, 1024]) {
        const options = { operation: "get", codec, bytes, rounds };
        const output = await withFolder((directory) => runCase("store", { ...options, directory }));
        const peer = codec === "bytes" ? "lmdb getBinary" : "lmdb get";
        yield toResult({
          benchmark: "store",
          case: `hit of ${bytes} bytes, ${codec}`,
          unit: "µs per get",
          ...output,
          // What LMDB itself took when the design was made: the layers above are not to spend more than that again.
          goal: { peer, more: 3 },
        });
      }
    }
    for (const operation of ["set-awaited", "set-batched"]) {
      for (const bytes of [100, 1024]) {
        const options = { operation, codec: "bytes", bytes, rounds: effort.quick ? 3 : 7 };
        const output = await withFolder((directory) => runCase("store", { ...options, directory }));
        const how = operation === "set-awaited" ? "each awaited" : "5,000 at once";
        yield toResult({ benchmark: "store", case: `set of ${bytes} bytes, ${how}`, unit: "µs per set", ...output });
      }
    }
  },
};
