import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { isInstalled } from "./package-identity.js";

/**
 * The conditions a package linked into the project names in its `exports`, beyond those given: a runner with settings
 * of its own (vitest) may resolve it under any of them.
 *
 * @param specifier as imported: `name`, `name/path`, `@scope/name/path`
 * @returns none for installed packages, whose version says all
 */
export function conditionsOfLinked(from: string, specifier: string, given: readonly string[]): string[] {
  const [first = "", second] = specifier.split("/");
  if (first === "" || first.startsWith(".") || first.startsWith("#")) return [];
  const name = first.startsWith("@") ? `${first}/${second ?? ""}` : first;
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const manifest = join(folder, "node_modules", name, "package.json");
    if (existsSync(manifest)) {
      if (isInstalled(realpathSync(manifest))) return [];
      const found = new Set<string>();
      try {
        collect((JSON.parse(readFileSync(manifest, "utf8")) as { exports?: unknown }).exports, found);
      } catch {
        return [];
      }
      return [...found].filter((condition) => condition !== "types" && !given.includes(condition));
    }
    if (dirname(folder) === folder) return [];
  }
}

function collect(exports: unknown, found: Set<string>): void {
  if (typeof exports !== "object" || exports === null) return;
  for (const [key, value] of Object.entries(exports)) {
    if (!key.startsWith(".") && !Array.isArray(exports)) found.add(key);
    collect(value, found);
  }
}
