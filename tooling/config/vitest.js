import { defineConfig } from "vitest/config";

// Plain JavaScript, its types beside it: vitest loads a package's configuration without compiling what that imports.
export const sourceCondition = "larder-source";

export function packageTests(overrides = {}) {
  const conditions = [sourceCondition, "node", "import", "module", "default"];
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    test: {
      include: ["test/**/*.test.ts"],
      testTimeout: 60_000,
      hookTimeout: 60_000,
      retry: 0,
      allowOnly: false,
      passWithNoTests: false,
      ...overrides,
    },
  });
}
