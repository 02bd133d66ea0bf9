import { defineConfig } from "tsup";

// Plain JavaScript, its types beside it: tsup loads a package's configuration without compiling what that imports.
export function packageBuild(entry) {
  return defineConfig({
    entry,
    format: ["esm"],
    target: "node20",
    platform: "node",
    dts: true,
    sourcemap: true,
    clean: true,
    splitting: true,
    treeshake: true,
    // Code fingerprints and error messages show function names: keep them as written.
    minify: false,
    // An engine that a package loads on demand stays on demand.
    skipNodeModulesBundle: true,
  });
}

export function programBundle({ entry, outDir }) {
  return {
    config: false,
    silent: true,
    entry,
    outDir,
    outExtension: () => ({ js: ".mjs" }),
    format: "esm",
    target: "node20",
    platform: "node",
    splitting: false,
    noExternal: [/./],
    esbuildOptions(options) {
      options.conditions = ["larder-source"];
    },
  };
}
