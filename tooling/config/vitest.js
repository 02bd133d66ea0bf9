import { defineConfig } from "vitest/config";

// Plain JavaScript, its types beside it: vitest loads a package's configuration without compiling what that imports.
export const sourceCondition = "larder-source";

export function packageTests(overrides = {}) {
  // Vite adds "import" where it is right. Named here, it and "module" would also be for what Node requires: modules for who asks for CommonJS.
  const conditions = [sourceCondition, "node"];
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    test: {
      include: ["test/**/*.test.ts"],
      testTimeout: 180_000,
      hookTimeout: 60_000,
      retry: 0,
      allowOnly: false,
      passWithNoTests: false,
      ...overrides,
    },
  });
}
