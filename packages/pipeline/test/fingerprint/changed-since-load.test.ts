import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createFingerprinter } from "../../src/fingerprint/fingerprinter.js";
import { createSourceFiles, unchangedSince } from "../../src/fingerprint/source-files.js";
import { fingerprintVariants, writeVariants } from "./code-forms.js";
import { removeProjects, siteOf, writeProject } from "./source-project.js";

afterAll(removeProjects);

const sources = {
  "nodes.mjs": `import { func } from "larder-func";
import { helper } from "./helper.mjs";
import { unused } from "./neighbour.mjs";
import data from "./data.json" with { type: "json" };
import { version } from "dep";
export const node = func({}, (x) => [helper(x), data, version]);
`,
  "helper.mjs": "export const helper = (x) => x + 1;\n",
  "neighbour.mjs": "export const unused = 1;\n",
  "data.json": "{}",
  "node_modules/dep/package.json": `{ "name": "dep", "version": "1.0.0", "type": "module", "exports": "./index.js" }`,
  "node_modules/dep/index.js": `export const version = 1;\n`,
};
// biome-ignore format: its text has to be the text in the file
const fn = new Function("return (x) => [helper(x), data, version]")() as (...args: never[]) => unknown;

/** A moment at which all files of the project were already there and unchanged, and none later. */
function loadedAt(folder: string): number {
  const times = Object.keys(sources).map((path) => statSync(join(folder, path)).ctimeMs);
  return Math.ceil(Math.max(...times)) + 25;
}

describe("a file written after the node was declared keeps it out of the cache:", () => {
  for (const path of Object.keys(sources).filter((path) => !path.endsWith("dep/index.js"))) {
    test(path, async () => {
      const folder = writeProject(sources);
      const file = join(folder, "nodes.mjs");
      const site = { ...siteOf(file, sources["nodes.mjs"]), declaredAt: loadedAt(folder) };
      const before = await createFingerprinter({ dependencyDepth: 2 }).fingerprint({ fn, site, captures: [] });
      expect(before).toMatchObject({ readable: true });

      // The text stays the same and the time of modification is set back: the time of change tells.
      const { atime, mtime } = statSync(join(folder, path));
      await until(loadedAt(folder) + 25);
      writeFileSync(join(folder, path), readFileSync(join(folder, path)));
      utimesSync(join(folder, path), atime, mtime);
      const after = await createFingerprinter({ dependencyDepth: 2 }).fingerprint({ fn, site, captures: [] });
      expect(after).toMatchObject({ readable: false, code: "changed-since-load" });
      expect(after).toMatchObject({ message: expect.stringContaining(path) });
    });
  }
});

test.each(["plain Node", "tsx"] as const)("under %s, too", async (form) => {
  // The module itself edits its helper, once the clock shows that the declaration is past.
  const written = await writeVariants({
    edited: {
      "nodes.EXT": `import { writeFileSync } from "node:fs";
import { func } from "@larder/pipeline";
import { helper } from "./helper.EXT";
export const node = func({ inputs: [], output: "node" }, (x) => helper(x));
for (const end = Date.now() + 50; Date.now() < end; ) { }
writeFileSync(new URL("./helper.EXT", import.meta.url), "export const helper = (x) => x + 2;");
`,
      "helper.EXT": "export const helper = (x) => x + 1;\n",
    },
  });
  const outcomes = await fingerprintVariants(written, form);
  expect(outcomes.get("edited")?.node).toMatchObject({ readable: false, code: "changed-since-load" });
});

test("an edit between two declarations is seen by the second", async () => {
  const folder = writeProject(sources);
  const file = join(folder, "nodes.mjs");
  const fingerprinter = createFingerprinter({ dependencyDepth: 2 });
  const site = siteOf(file, sources["nodes.mjs"]);
  const first = await fingerprinter.fingerprint({ fn, site, captures: [] });
  writeFileSync(join(folder, "helper.mjs"), "export const helper = (x) => x + 2;\n");
  const second = await fingerprinter.fingerprint({
    fn,
    site: { ...site, declaredAt: site.declaredAt + 1 },
    captures: [],
  });
  expect(first).toMatchObject({ readable: true });
  expect(second).toMatchObject({ readable: true });
  expect(second).not.toEqual(first);
});

test("an edit that keeps size and time of modification is seen", async () => {
  const folder = writeProject(sources);
  const helper = join(folder, "helper.mjs");
  const fingerprinter = createFingerprinter({ dependencyDepth: 2 });
  const site = siteOf(join(folder, "nodes.mjs"), sources["nodes.mjs"]);
  const first = await fingerprinter.fingerprint({ fn, site, captures: [] });
  const { atime, mtime } = statSync(helper);
  writeFileSync(helper, "export const helper = (x) => x + 2;\n");
  utimesSync(helper, atime, mtime);
  const again = { ...site, declaredAt: site.declaredAt + 1 };
  expect(await fingerprinter.fingerprint({ fn, site: again, captures: [] })).not.toEqual(first);
});

test("a file dated in the future is believed by its time of change", async () => {
  const folder = writeProject(sources);
  const future = new Date(Date.now() + 1e9);
  utimesSync(join(folder, "helper.mjs"), future, future);
  const site = siteOf(join(folder, "nodes.mjs"), sources["nodes.mjs"]);
  const outcome = await createFingerprinter({ dependencyDepth: 2 }).fingerprint({ fn, site, captures: [] });
  expect(outcome).toMatchObject({ readable: true });
});

test("times are trusted only as far as the clock that made them is fine", () => {
  const at = (ctimeNs: bigint, mtimeNs = ctimeNs) => unchangedSince({ ctimeNs, mtimeNs }, 9_000);
  expect(at(5_000_000_001n)).toBe(5_020);
  // A file system that counts whole seconds.
  expect(at(5_000_000_000n)).toBe(7_000);
  // The later of the two, but not one in the future.
  expect(at(5_000_000_001n, 6_000_000_001n)).toBe(6_020);
  expect(at(5_000_000_001n, 9_500_000_001n)).toBe(5_020);
});

test("what was read stays current until a file changes, appears elsewhere or goes", async () => {
  const folder = writeProject({ "a.txt": "a", "b.txt": "b" });
  await until(statSync(join(folder, "b.txt")).ctimeMs + 45);
  const files = createSourceFiles();
  files.read(join(folder, "a.txt"));
  files.read(join(folder, "b.txt"));
  expect(files.stillCurrent()).toBe(true);
  appendFileSync(join(folder, "a.txt"), "more");
  expect(files.stillCurrent()).toBe(false);

  const gone = createSourceFiles();
  gone.read(join(folder, "b.txt"));
  rmSync(join(folder, "b.txt"));
  expect(gone.stillCurrent()).toBe(false);
});

test("what was read within a tick of its change is read again", () => {
  const folder = writeProject({ "a.txt": "a" });
  mkdirSync(join(folder, "b"));
  const files = createSourceFiles();
  files.read(join(folder, "a.txt"));
  expect(files.stillCurrent()).toBe(false);
});

/** Lets the clock pass a moment by working, so that files written next are younger than it. */
async function until(milliseconds: number): Promise<void> {
  while (Date.now() <= milliseconds) await Promise.resolve();
}
