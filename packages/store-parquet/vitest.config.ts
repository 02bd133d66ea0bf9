import { packageTests } from "@larder/tooling/vitest";
import { defineConfig } from "vitest/config";

/** Every suite, with tables read the direct way where that can be. */
const direct = packageTests({ name: "direct" });

/**
 * Suites that read what the direct path would, once more by the general decoders alone. Nested columns are read by those in any case,
 * and `test/differential` holds both ways against each other.
 */
const general = packageTests({
  name: "general",
  env: { LARDER_DIRECT_TABLES: "off" },
  include: [
    "test/*.test.ts",
    "test/scan/**/*.test.ts",
    "test/golden/**/*.test.ts",
    "test/engines/files-of-*.test.ts",
    "test/engines/filters.property.test.ts",
    "test/foreign/encodings.test.ts",
    "test/foreign/mutations.test.ts",
    "test/dataset/dataset.property.test.ts",
    "test/dataset/dataset-types.test.ts",
    "test/dataset/parts/*.property.test.ts",
  ],
  exclude: ["test/run-length.property.test.ts"],
});

export default defineConfig({ test: { projects: [direct, general] } });
