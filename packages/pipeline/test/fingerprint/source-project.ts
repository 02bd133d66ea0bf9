import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DeclarationSite } from "../../src/fingerprint/declaration-site.js";
import type { FingerprintOutcome } from "../../src/fingerprint/fingerprint-outcome.js";
import { createFingerprinter } from "../../src/fingerprint/fingerprinter.js";

/** Sources by their path in the project. */
export type Sources = Readonly<Record<string, string>>;

const workFolder = fileURLToPath(new URL("../../.work/fingerprint/", import.meta.url));
let made = 0;

/** Folders of this run; removed by `removeProjects`. */
const folders: string[] = [];

/** Writes a project into a folder of its own, inside this package so that installed packages are found. */
export function writeProject(sources: Sources, name = "project"): string {
  const folder = join(workFolder, `${name}-${process.pid}-${made++}`);
  folders.push(folder);
  const all = {
    "package.json": '{ "name": "fixture", "version": "1.0.0", "type": "module" }',
    "node_modules/larder-func/package.json": '{ "name": "larder-func", "version": "1.0.0", "exports": "./index.js" }',
    "node_modules/larder-func/index.js": "",
    ...sources,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

export function removeProjects(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Where `func(` stands in a text, as the engine would report it. */
export function siteOf(file: string, text: string, nth = 0): DeclarationSite {
  let offset = -1;
  for (let n = 0; n <= nth; n++) offset = text.indexOf("func(", offset + 1);
  if (offset < 0) throw new Error(`${file} holds no func call number ${nth}`);
  const before = text.slice(0, offset).split("\n");
  // Later than any file: the tests that read files at once are not about the time they were written.
  return { file, line: before.length, column: before.at(-1)!.length + 1, declaredAt: Date.now() + 60_000 };
}

/** The text of the second argument of the first `func(options, function)`; options hold no brackets of their own. */
function functionText(text: string): string {
  const start = text.indexOf("},", text.indexOf("func(")) + 2;
  let depth = 1;
  let at = start;
  for (; depth > 0; at++) {
    if ("([{".includes(text[at]!)) depth++;
    else if (")]}".includes(text[at]!)) depth--;
  }
  return text
    .slice(start, at - 1)
    .trim()
    .replace(/,$/, "");
}

/** A function with a given text; any function when the text is another expression. */
function functionOf(text: string): (...args: never[]) => unknown {
  try {
    // Inside a method, `super` and `new.target` have a meaning.
    const made: unknown = new Function(
      `return new (class extends Object { make() { return (${text}); } })().make();`,
    )();
    if (typeof made === "function") return made as (...args: never[]) => unknown;
  } catch {
    // It names what is not there; then its text is not compared either.
  }
  return () => undefined;
}

/**
 * The fingerprint of the first `func` call of a file, which is not run: its function is made from its text, so the text
 * must not hold types nor brackets inside strings.
 */
export async function fingerprintOf(
  sources: Sources,
  options: { file?: string; captures?: readonly string[]; dependencyDepth?: number } = {},
): Promise<FingerprintOutcome> {
  const { file = "nodes.mjs", captures = [], dependencyDepth = 2 } = options;
  const folder = writeProject(sources);
  const text = sources[file]!;
  const argument = functionText(text);
  const declared = new RegExp(`function ${argument.replaceAll(/\W/g, "\\$&")}\\([^)]*\\) \\{[^}]*\\}`).exec(text);
  const fn = functionOf(declared?.[0] ?? argument);
  const site = siteOf(join(folder, file), text);
  return createFingerprinter({ dependencyDepth }).fingerprint({ fn, site, captures });
}

/** The hash, for code that is expected to be readable. */
export async function hashOf(sources: Sources, options?: Parameters<typeof fingerprintOf>[1]): Promise<string> {
  const outcome = await fingerprintOf(sources, options);
  if (!outcome.readable) throw new Error(`not readable: ${outcome.code}: ${outcome.message}`);
  return outcome.hash;
}
