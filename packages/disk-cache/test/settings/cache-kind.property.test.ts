import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { builtInKinds, kindDirectory } from "../../src/index.js";

const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_127);
console.log(`cache-kind.property.test.ts: seed ${seed}`);

const folder = mkdtempSync(join(tmpdir(), "larder-kinds-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Kinds likely to be confused with one another: by case, by escapes, by length, by how Unicode composes. */
const kind = fc
  .oneof(
    fc.string({ unit: "grapheme", minLength: 1 }),
    fc.string({
      unit: fc.constantFrom("a", "A", "%", "4", "1", "~", "/", ".", "\\", ":", " ", "é", "e\u0301"),
      minLength: 1,
      maxLength: 6,
    }),
    fc.constantFrom(
      "con",
      "CON",
      "nul",
      "com1",
      "%63on",
      "con.txt",
      "..",
      ".",
      "../x",
      "a/b",
      "A",
      "a",
      "a ",
      "a.",
      "\u0000",
    ),
    fc.string({ unit: fc.constantFrom("a", "b"), minLength: 118, maxLength: 260 }),
  )
  .filter((text) => text !== "");

describe("the directory of a kind", () => {
  test("is a name of its own for each kind, also where upper and lower case are the same", () => {
    fc.assert(
      fc.property(kind, kind, (a, b) => {
        if (a !== b) expect(kindDirectory(a).toLowerCase()).not.toBe(kindDirectory(b).toLowerCase());
      }),
      { seed, numRuns: 5000 },
    );
  });

  test("is one plain name that every file system takes: no path, not hidden, no device, not too long", () => {
    fc.assert(
      fc.property(kind, (text) => {
        const name = kindDirectory(text);
        expect(name).toMatch(/^[a-z0-9_%~-]+$/);
        expect(basename(name)).toBe(name);
        expect(name).not.toMatch(device);
        expect(name.length).toBeLessThanOrEqual(120);
      }),
      { seed, numRuns: 5000 },
    );
  });

  test("can be made, for strange kinds too", () => {
    for (const text of ["../x", "a/b", "A", "a", "con", "\u0000", "π".repeat(100), "a".repeat(300)]) {
      const path = join(folder, kindDirectory(text));
      expect(existsSync(path)).toBe(false);
      writeFileSync(path, "");
    }
  });

  test("has the name of the kind where that is plain", () => {
    for (const text of builtInKinds) expect(kindDirectory(text)).toBe(text);
    expect(kindDirectory("my-own_kind2")).toBe("my-own_kind2");
    expect(kindDirectory("../x")).toBe("%2e%2e%2fx");
    expect(kindDirectory("con")).toBe("%63on");
    expect(kindDirectory("A")).toBe("%41");
  });

  test.each(["", "\ud800", 7, undefined])("is refused for %j, which is no kind", (text) => {
    expect(() => kindDirectory(text as string)).toThrow(expect.objectContaining({ code: "invalid-kind" }));
  });
});
