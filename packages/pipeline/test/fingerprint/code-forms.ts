import { execFile } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { FingerprintOutcome } from "../../src/fingerprint/fingerprint-outcome.js";
import { createFingerprinter, type FingerprintSubject } from "../../src/fingerprint/fingerprinter.js";
import { type Sources, writeProject } from "./source-project.js";

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const sourceFolder = fileURLToPath(new URL("../../src/", import.meta.url));
// esbuild comes with tsup, which builds every package here.
const { build } = createRequire(require.resolve("tsup"))("esbuild") as {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>;
};
const tsx = pathToFileURL(require.resolve("tsx")).href;

/** How a program's code gets to run. */
export type CodeForm = "plain Node" | "tsx" | "vitest" | "built";
export const codeForms: readonly CodeForm[] = ["plain Node", "tsx", "vitest", "built"];

const here = "node_modules/@larder/pipeline";

/** What every project has: this package, built and installed, and a program that prints the fingerprints of nodes. */
const common: Sources = {
  [`${here}/package.json`]: `{ "name": "@larder/pipeline", "version": "1.0.0", "type": "module", "exports": "./index.js" }`,
  "index.ts": `export { func } from ${JSON.stringify(join(sourceFolder, "func.ts"))};
    export { createFingerprinter } from ${JSON.stringify(join(sourceFolder, "fingerprint/fingerprinter.ts"))};`,
  "run.mjs": `import { createFingerprinter } from "@larder/pipeline";
    const fingerprinter = createFingerprinter({ dependencyDepth: 2 });
    const outcomes = [];
    for (const entry of process.argv.slice(2)) {
      const found = {};
      for (const [name, node] of Object.entries(await import(entry))) {
        if (node?.fn) found[name] = await fingerprinter.fingerprint({ ...node, captures: [] });
      }
      outcomes.push(found);
    }
    process.stdout.write(JSON.stringify(outcomes));`,
};

/** The variants of a project, each in a folder of its own under one that has the stand-in. */
export interface FormsProject {
  readonly folder: string;
  readonly names: readonly string[];
}

/**
 * Writes each variant twice: as TypeScript, and as the same text under the name of plain JavaScript where it is that.
 * `built`: more settings for the bundler. `EXT` in names and texts stands for the extension.
 */
export async function writeVariants(
  variants: Readonly<Record<string, Sources>>,
  { packageType = "module", built = {} }: { packageType?: string; built?: Readonly<Record<string, unknown>> } = {},
): Promise<FormsProject> {
  const all: Record<string, string> = { ...common };
  for (const [name, sources] of Object.entries(variants)) {
    for (const extension of ["mjs", "ts"]) {
      for (const [path, text] of Object.entries(sources)) {
        all[`${extension}/${name}/${path.replace("EXT", extension)}`] = text.replaceAll("EXT", extension);
      }
      all[`${extension}/${name}/package.json`] = `{ "name": "fixture", "version": "1.0.0", "type": "${packageType}" }`;
    }
  }
  const folder = writeProject(all, "forms");
  const names = Object.keys(variants);
  const options = { bundle: true, format: "esm", platform: "node", logLevel: "error" };
  await build({
    ...options,
    entryPoints: [join(folder, "index.ts")],
    outfile: join(folder, here, "index.js"),
    conditions: ["larder-source"],
    external: ["oxc-*", "@napi-rs/*"],
  });
  await build({
    ...options,
    entryPoints: names.map((name) => join(folder, "ts", name, "nodes.ts")),
    outbase: join(folder, "ts"),
    outdir: join(folder, "built"),
    ...built,
    packages: "external",
  });
  for (const name of names) {
    writeFileSync(join(folder, "built", name, "package.json"), `{ "name": "fixture", "type": "module" }`);
    const installed = join(folder, "ts", name, "node_modules");
    mkdirSync(installed, { recursive: true });
    cpSync(installed, join(folder, "built", name, "node_modules"), { recursive: true });
  }
  return { folder, names };
}

/** What became of each node a module exports, by its name. */
export type NodeOutcomes = Readonly<Record<string, FingerprintOutcome>>;

/** Fingerprints the nodes of every variant, all in one process of the form. */
export async function fingerprintVariants(
  { folder, names }: FormsProject,
  form: CodeForm,
  nodeOptions: readonly string[] = [],
): Promise<ReadonlyMap<string, NodeOutcomes>> {
  const entry = (name: string): string => {
    if (form === "built") return join(folder, "built", name, "nodes.js");
    return form === "plain Node" ? join(folder, "mjs", name, "nodes.mjs") : join(folder, "ts", name, "nodes.ts");
  };
  const entries = names.map((name) => pathToFileURL(entry(name)).href);
  const outcomes =
    form === "vitest"
      ? await fingerprintHere(entries)
      : await fingerprintInChild(folder, [...nodeOptions, ...(form === "tsx" ? ["--import", tsx] : [])], entries);
  return new Map(names.map((name, index) => [name, outcomes[index]!]));
}

async function fingerprintInChild(
  folder: string,
  nodeOptions: readonly string[],
  entries: readonly string[],
): Promise<NodeOutcomes[]> {
  // The child is a program of its own: what this test runner sets for itself is not passed on.
  const env = { ...process.env };
  delete env.VITEST;
  delete env.NODE_OPTIONS;
  const args = ["--no-warnings", ...nodeOptions, join(folder, "run.mjs"), ...entries];
  const { stdout } = await run(process.execPath, args, { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as NodeOutcomes[];
}

/** The modules are loaded by the vitest that runs this test. */
async function fingerprintHere(entries: readonly string[]): Promise<NodeOutcomes[]> {
  const fingerprinter = createFingerprinter({ dependencyDepth: 2 });
  const outcomes: NodeOutcomes[] = [];
  for (const entry of entries) {
    const module: Record<string, Partial<FingerprintSubject>> = await import(/* @vite-ignore */ fileURLToPath(entry));
    const found: Record<string, FingerprintOutcome> = {};
    for (const [name, { fn, site }] of Object.entries(module)) {
      if (fn !== undefined) found[name] = await fingerprinter.fingerprint({ fn, site, captures: [] });
    }
    outcomes.push(found);
  }
  return outcomes;
}
