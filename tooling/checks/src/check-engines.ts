import { importsOf, packageOf } from "./imports-of.js";
import { packageSources } from "./package-sources.js";
import type { Violation } from "./violation.js";

/** Libraries that one module alone imports, so that replacing one is a change in one place. */
const engines = new Set(["lmdb", "hyparquet", "hyparquet-writer"]);

/** Each engine is imported by one module only; types count as well. */
export function checkEngines(root: string): Violation[] {
  const importers = new Map<string, { file: string; line: number }[]>();
  for (const { file } of packageSources(root, "src")) {
    const seen = new Set<string>();
    for (const { specifier, line } of importsOf(root, file)) {
      const engine = packageOf(specifier);
      if (engine === undefined || !engines.has(engine) || seen.has(engine)) continue;
      seen.add(engine);
      importers.set(engine, [...(importers.get(engine) ?? []), { file, line }]);
    }
  }
  return [...importers].flatMap(([engine, places]) =>
    places.length < 2
      ? []
      : places.map(({ file, line }) => ({
          rule: "engines",
          file,
          line,
          message: `is one of ${places.length} modules that import ${engine}; one alone may, and the others take from it what they need.`,
        })),
  );
}
