import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Violation } from "./violation.js";
import {
  type ExportTarget,
  type Manifest,
  publicPackages,
  type WorkspacePackage,
  workspacePackages,
} from "./workspace-packages.js";

/**
 * Every published package is complete and like its neighbours: README, description, licence, entry points that exist, the
 * same entry points without our source condition once published; and every third-party version in the repository is exact.
 */
export function checkManifests(root: string): Violation[] {
  return [
    ...publicPackages(root).flatMap((one) => [
      ...checkFields(one),
      ...checkExports(root, one),
      ...checkReadme(root, one),
    ]),
    ...workspacePackages(root).flatMap(checkVersions),
  ];
}

function checkFields({ folder, manifest, shortName }: WorkspacePackage): Violation[] {
  const wanted: [boolean, string][] = [
    [manifest.name === `@larder/${shortName}`, `is called "${manifest.name}", not "@larder/${shortName}"`],
    [(manifest.description ?? "").length > 20, "has no description worth the name"],
    [manifest.license === "MIT", 'has no "license": "MIT"'],
    [manifest.type === "module", 'has no "type": "module"'],
    [manifest.engines?.node === ">=20.19", 'has no "engines": { "node": ">=20.19" }'],
    [manifest.repository?.directory === folder, `has no "repository" with "directory": "${folder}"`],
    [manifest.publishConfig?.access === "public", 'has no "publishConfig": { "access": "public" }'],
    [manifest.sideEffects === false, 'has no "sideEffects": false'],
    [
      isDeepStrictEqual(manifest.files, ["dist", "README.md", "LICENSE"]),
      'publishes other "files" than dist, README, LICENSE',
    ],
  ];
  return wanted.flatMap(([holds, message]) => (holds ? [] : [violation(folder, message)]));
}

function checkExports(root: string, { folder, manifest }: WorkspacePackage): Violation[] {
  const entries = Object.entries(manifest.exports ?? {});
  const violations: Violation[] = [];
  if (!entries.some(([entry]) => entry === ".")) violations.push(violation(folder, 'has no entry point "."'));
  for (const [entry, target] of entries) {
    if (typeof target === "string") continue;
    const [first] = Object.keys(target);
    const source = target["larder-source"];
    if (first !== "larder-source" || source === undefined) {
      violations.push(violation(folder, `"${entry}" does not begin with the condition "larder-source"`));
    } else if (!existsSync(join(root, folder, source))) {
      violations.push(violation(folder, `"${entry}" leads to ${source}, which does not exist`));
    }
    if (!target.types || !target.default) violations.push(violation(folder, `"${entry}" lacks "types" or "default"`));
  }
  if (!isDeepStrictEqual(manifest.publishConfig?.exports, withoutSources(manifest))) {
    violations.push(violation(folder, 'has other "publishConfig.exports" than its "exports" without "larder-source"'));
  }
  return violations;
}

function withoutSources(manifest: Manifest): Record<string, ExportTarget> {
  return Object.fromEntries(
    Object.entries(manifest.exports ?? {}).map(([entry, target]) => {
      if (typeof target === "string") return [entry, target];
      return [entry, Object.fromEntries(Object.entries(target).filter(([condition]) => condition !== "larder-source"))];
    }),
  );
}

function checkReadme(root: string, { folder }: WorkspacePackage): Violation[] {
  const path = join(root, folder, "README.md");
  if (!existsSync(path)) return [violation(folder, "has no README.md")];
  return readFileSync(path, "utf8").includes("```ts")
    ? []
    : [violation(folder, "has a README.md without a ts example")];
}

function checkVersions({ folder, manifest }: WorkspacePackage): Violation[] {
  const lists = [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies];
  return lists.flatMap((list) =>
    Object.entries(list ?? {}).flatMap(([name, range]) => {
      if (name.startsWith("@larder/") ? range.startsWith("workspace:") : /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range))
        return [];
      return [violation(folder, `asks for ${name} "${range}": pin one version (ours: "workspace:^")`)];
    }),
  );
}

function violation(folder: string, message: string): Violation {
  return { rule: "manifests", file: `${folder}/package.json`, message: `${message}.` };
}
