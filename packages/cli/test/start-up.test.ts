import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const entry = fileURLToPath(new URL("../src/larder.ts", import.meta.url));

/** What a module and all it imports at once import from outside: what has to be loaded before anything is done. */
function loadedAtOnce(module: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(module)) return new Set();
  seen.add(module);
  const outside = new Set<string>();
  const text = readFileSync(module, "utf8");
  for (const [, names, from] of text.matchAll(/^(?:import|export) ([^;]*?)from "([^"]+)";/gms)) {
    if (names!.startsWith("type ")) continue;
    if (!from!.startsWith(".")) outside.add(from!);
    else {
      const next = resolve(dirname(module), from!.replace(/\.js$/, ".ts"));
      for (const found of loadedAtOnce(next, seen)) outside.add(found);
    }
  }
  return outside;
}

describe("start-up", () => {
  it("loads nothing heavy before a command is known: help costs next to nothing", () => {
    expect([...loadedAtOnce(entry)].sort()).toEqual(["node:util", "picocolors"]);
  });

  it("shows help without the packages that do the work", () => {
    const help = fileURLToPath(new URL("../src/help/help-text.ts", import.meta.url));
    expect([...loadedAtOnce(help)]).toEqual(["node:util"]);
  });
});
