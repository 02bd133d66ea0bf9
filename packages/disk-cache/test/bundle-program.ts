import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programBundle } from "@larder/tooling/tsup";
import { build, type Options } from "tsup";

/**
 * Bundles `test/programs/<name>.ts`, made of the sources, into one file: forty threads that each load and compile them
 * would take minutes to start. Engines stay where they are installed.
 *
 * @returns the path of a module that plain Node runs
 */
export async function bundleProgram(name: string, directory: string): Promise<string> {
  await build({
    ...programBundle({
      entry: { [name]: fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url)) },
      outDir: directory,
    }),
    esbuildPlugins: [enginesInPlace],
  });
  return join(directory, `${name}.mjs`);
}

/** Optional ones are looked for while running, and not found from where the bundle is. */
const optionalEngines = /^(apache-arrow|@napi-rs\/blake-hash)(\/|$)/;

const enginesInPlace: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "engines-in-place",
  setup({ onResolve }) {
    onResolve({ filter: /^lmdb$/ }, () => ({ path: import.meta.resolve("lmdb"), external: true }));
    onResolve({ filter: optionalEngines }, ({ path }) => ({ path, external: true }));
  },
};
