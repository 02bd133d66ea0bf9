import type { Benchmark } from "../benchmark.js";
import { toResult } from "../benchmark.js";
import { runCase } from "../run-case.js";

/** Canonical digests, beside SHA-256 of JSON, which confuses many values that `valueDigest` keeps apart. */
export const digestBenchmark: Benchmark = {
  name: "digest",
  description: "valueDigest beside SHA-256 of JSON",
  async *measure(effort) {
    const cases = [
      { value: "small", title: "an object of 1 KB" },
      { value: "document", title: "an array of 10,000 objects" },
      { value: "numbers", title: "a Float64Array of a million" },
    ];
    for (const { value, title } of cases) {
      const output = await runCase("digest", { value, rounds: effort.quick ? 3 : 9 });
      yield toResult({ benchmark: "digest", case: title, unit: "µs per digest", ...output });
    }
  },
};
