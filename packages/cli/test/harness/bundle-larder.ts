import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { programBundle } from "@larder/tooling/tsup";
import { build, type Options } from "tsup";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** A module that plain Node runs. */
    readonly larderProgram: string;
  }
}

/**
 * Bundles the program once, made of the sources of all packages, in the parts it loads when they are needed: a hundred
 * processes that each compile them would take minutes to start. Packages of others stay where they are installed.
 */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const outDir = await mkdtemp(join(tmpdir(), "larder-cli-program-"));
  const source = fileURLToPath(new URL("../../src/larder.ts", import.meta.url));
  const options = programBundle({ entry: { larder: source }, outDir });
  await build({ ...options, splitting: true, esbuildPlugins: [othersInPlace] });
  provide("larderProgram", join(outDir, "larder.mjs"));
  return () => rm(outDir, { recursive: true });
}

const seen = Symbol("seen");

const othersInPlace: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "others-in-place",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, ...rest }) => {
      if (path.startsWith("node:") || path.startsWith("@larder/") || pluginData === seen) return undefined;
      const found = await resolve(path, { ...rest, pluginData: seen });
      if (found.errors.length > 0) return { path, external: true };
      return found.external ? found : { path: pathToFileURL(found.path).href, external: true };
    });
  },
};
