import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { PackedPackage } from "./pack-packages.js";
import { parseFile, walkSyntax } from "./syntax.js";
import type { Violation } from "./violation.js";
import type { ExportTarget, Manifest } from "./workspace-packages.js";

/**
 * Looks at a package as it would be published: entry points that are there, nothing that only works in this repository,
 * the licence of the repository, and no `any` in what a user sees.
 *
 * @param licence - the text of the repository's LICENSE
 */
export function checkPacked(
  { owner, unpacked }: Pick<PackedPackage, "owner" | "unpacked">,
  licence: string,
): Violation[] {
  const violations: Violation[] = [];
  const report = (file: string, message: string, line?: number) =>
    violations.push({ rule: "packed", file: `${owner.manifest.name}/${file}`, message, ...(line ? { line } : {}) });

  const text = readFileSync(join(unpacked, "package.json"), "utf8");
  for (const word of ["larder-source", "workspace:", "src/"]) {
    if (text.includes(word))
      report("package.json", `still says "${word}", which means nothing outside the repository.`);
  }
  for (const target of exportTargets((JSON.parse(text) as Manifest).exports)) {
    if (!existsSync(join(unpacked, target))) report("package.json", `exports ${target}, which is not in the package.`);
  }

  for (const file of filesIn(unpacked)) {
    if (!/^(dist\/.*|package\.json|README\.md|LICENSE)$/.test(file)) report(file, "does not belong in the package.");
    if (/^dist\/.*\.d\.ts$/.test(file)) for (const line of anyLines(unpacked, file)) report(file, "says `any`.", line);
  }
  if (!existsSync(join(unpacked, "README.md"))) report("README.md", "is missing.");
  const licencePath = join(unpacked, "LICENSE");
  if (!existsSync(licencePath)) report("LICENSE", "is missing.");
  else if (readFileSync(licencePath, "utf8") !== licence) report("LICENSE", "is not the repository's.");
  return violations;
}

function exportTargets(exports: Readonly<Record<string, ExportTarget>> | undefined): string[] {
  return Object.values(exports ?? {}).flatMap((target) =>
    typeof target === "string" ? [target] : Object.values(target),
  );
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
}

/** Lines of a declaration file on which the type `any` stands. */
function anyLines(root: string, file: string): number[] {
  const lines: number[] = [];
  const syntax = parseFile(root, file);
  walkSyntax(syntax.program, (node) => {
    if (node.type === "TSAnyKeyword") lines.push(syntax.lineOf(node.start));
    return true;
  });
  return lines;
}
