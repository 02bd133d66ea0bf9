import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** Writes a small repository to a temporary folder, removed after the test. Keys are paths; objects become JSON. */
export function fixtureTree(files: Record<string, string | object>): string {
  const root = mkdtempSync(join(tmpdir(), "larder-checks-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  return root;
}

/** A package.json of one of our packages, as small as the checks on imports need it. */
export function manifestOf(shortName: string, more: object = {}): object {
  return { name: `@larder/${shortName}`, ...more };
}

/** A package.json that `checkManifests` has nothing against. */
export function completeManifest(shortName: string): Record<string, unknown> {
  const target = { types: "./dist/index.d.ts", default: "./dist/index.js" };
  return {
    name: `@larder/${shortName}`,
    version: "0.0.0",
    description: "A package that is here to be checked.",
    license: "MIT",
    type: "module",
    engines: { node: ">=20.19" },
    repository: { directory: `packages/${shortName}` },
    sideEffects: false,
    exports: { ".": { "larder-source": "./src/index.ts", ...target }, "./package.json": "./package.json" },
    publishConfig: { access: "public", exports: { ".": target, "./package.json": "./package.json" } },
    files: ["dist", "README.md", "LICENSE"],
    dependencies: { lmdb: "3.5.6" },
  };
}
