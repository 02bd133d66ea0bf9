import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { extractSource } from "../../src/extraction/index.js";

const folder = fileURLToPath(new URL("../../src/extraction/", import.meta.url));

it("imports nothing but itself and the parser: its files are the version of what it makes", () => {
  for (const name of readdirSync(folder)) {
    const { imports } = extractSource({
      bytes: readFileSync(`${folder}/${name}`),
      language: "ts",
      sourceType: "module",
    });
    const outside = imports.specifier.filter((specifier) => !/^\.\/[a-z-]+\.js$/.test(specifier));
    expect(
      [...new Set(outside)].filter((specifier) => specifier !== "oxc-parser"),
      name,
    ).toEqual([]);
  }
});
