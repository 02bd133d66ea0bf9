import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, posix } from "node:path";
import { type Import, importsOf, packageOf } from "./imports-of.js";
import { type PackageSource, packageSources } from "./package-sources.js";
import type { Violation } from "./violation.js";
import type { Manifest } from "./workspace-packages.js";

/**
 * A package is reached by its name, never by a path that leaves the importing package; and what is imported is
 * declared: in sources as a dependency, an optional one or a peer, in tests as any of these, a development dependency,
 * or a tool of the whole repository.
 */
export function checkImports(root: string): Violation[] {
  const tools = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  const inSources = packageSources(root, "src").flatMap((source) =>
    checkFile(root, source, declaredForSources(source)),
  );
  const inTests = packageSources(root, "test").flatMap((source) =>
    checkFile(root, source, [
      ...declaredForSources(source),
      source.owner.manifest.devDependencies,
      tools.devDependencies,
    ]),
  );
  return [...inSources, ...inTests];
}

type DependencyList = Manifest["dependencies"];

function declaredForSources({ owner: { manifest } }: PackageSource): DependencyList[] {
  return [manifest.dependencies, manifest.optionalDependencies, manifest.peerDependencies];
}

function checkFile(root: string, source: PackageSource, lists: readonly DependencyList[]): Violation[] {
  return importsOf(root, source.file).flatMap((each) => {
    const message = each.specifier.startsWith(".") ? leaves(source, each) : undeclared(source, each, lists);
    return message === undefined ? [] : [{ rule: "imports", file: source.file, line: each.line, message }];
  });
}

function leaves({ owner, file }: PackageSource, { specifier }: Import): string | undefined {
  const target = posix.join(posix.dirname(file), specifier);
  if (target.startsWith(`${owner.folder}/`)) return undefined;
  return `"${specifier}" leaves the package: import what is elsewhere by its package name.`;
}

function undeclared(
  { owner }: PackageSource,
  { specifier }: Import,
  lists: readonly DependencyList[],
): string | undefined {
  const name = packageOf(specifier);
  if (name === undefined || isBuiltin(specifier) || name === owner.manifest.name) return undefined;
  if (lists.some((list) => list !== undefined && Object.hasOwn(list, name))) return undefined;
  return `${name} is not declared in the package.json of ${owner.manifest.name} (for sources, a development dependency is none).`;
}
