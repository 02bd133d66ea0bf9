import { importsOf, packageOf } from "./imports-of.js";
import { packageSources } from "./package-sources.js";
import type { Violation } from "./violation.js";

/** Which of our packages each package may import. Apps and `cli` may import all. */
export const allowedArrows: Readonly<Record<string, readonly string[]>> = {
  core: [],
  "store-lmdb": ["core"],
  "store-parquet": ["core"],
  structures: ["core"],
  pipeline: ["core"],
  "fetch-batch": ["core"],
  folio: ["core"],
  "typed-caches": ["core"],
  "disk-cache": ["core", "store-lmdb", "store-parquet"],
};

/** Those that are handed a cache, and may load `@larder/disk-cache` on demand, as an optional peer, when given none. */
const mayLoadDiskCache = new Set(["fetch-batch", "folio", "pipeline", "typed-caches"]);

/** Every import of one of our packages by another must be an arrow of the table. */
export function checkArrows(root: string): Violation[] {
  const violations: Violation[] = [];
  for (const { owner, file } of packageSources(root, "src")) {
    if (owner.folder.startsWith("apps/") || owner.shortName === "cli") continue;
    const allowed = allowedArrows[owner.shortName];
    if (!allowed) {
      violations.push({ rule: "arrows", file, message: `${owner.shortName} is not in the table of arrows: add it.` });
      continue;
    }
    for (const { specifier, line, dynamic } of importsOf(root, file)) {
      const target = packageOf(specifier);
      if (!target?.startsWith("@larder/") || target === owner.manifest.name) continue;
      const short = target.slice("@larder/".length);
      if (allowed.includes(short)) continue;
      const optional = owner.manifest.peerDependenciesMeta?.[target]?.optional === true;
      if (short === "disk-cache" && dynamic && optional && mayLoadDiskCache.has(owner.shortName)) continue;
      const list = allowed.length === 0 ? "none of our packages" : allowed.join(", ");
      violations.push({ rule: "arrows", file, line, message: `${owner.shortName} may import ${list}, not ${short}.` });
    }
  }
  return violations;
}
