import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyPart } from "../src/cache/key-part.js";
import { extractKey, planKey, runtimeKey, schemaKey } from "../src/index.js";
import { parsedTable, tableText } from "../src/schema/table-text.js";

/** Texts that are likely to be taken for one another. */
const hostile = fc.oneof(
  fc.string({
    unit: fc.constantFrom(":", "%", "/", "a", "A", "3a", ".", '"', " ", "é", "😀", "\0"),
    minLength: 1,
    maxLength: 6,
  }),
  fc.string({ unit: "binary", minLength: 1 }).filter((text) => text.isWellFormed()),
);
const sha256 = "0".repeat(64);

function differ<T extends readonly string[]>(key: (...parts: T) => string, parts: number): void {
  const some = fc.array(hostile, { minLength: parts, maxLength: parts });
  fc.assert(
    fc.property(some, some, (a, b) => {
      expect(key(...(a as unknown as T)) === key(...(b as unknown as T))).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
    { numRuns: 500 },
  );
}

describe("keys", () => {
  it("differ when any of their parts do, whatever is in them", () => {
    differ((kind, optionsFingerprint) => extractKey({ kind, sha256, optionsFingerprint }), 2);
    differ((planHash, profileHash, substraitHash) => planKey({ planHash, profileHash, substraitHash }), 3);
    differ((dataset, schemaFingerprint) => runtimeKey({ dataset, schemaFingerprint }), 2);
    differ((profileHash, schema, name) => schemaKey({ profileHash, table: { schema, name } }), 3);
  });

  it("differ where the parts joined by ':' are the same", () => {
    const key = (dataset: string, schemaFingerprint: string) => runtimeKey({ dataset, schemaFingerprint });
    fc.assert(
      fc.property(hostile, hostile, hostile, (a, b, c) => {
        expect(key(`${a}:${b}`, c)).not.toBe(key(a, `${b}:${c}`));
        expect(key(a, encodeURIComponent(`:${b}`))).not.toBe(key(a, `:${b}`));
      }),
      { numRuns: 200 },
    );
  });

  it("refuse parts that two of them could share", () => {
    for (const part of ["", "\ud800", 5, undefined, null, {}]) expect(() => keyPart("kind", part)).toThrow(/kind/);
    for (const wrong of ["", "0".repeat(63), "A".repeat(64), `${"0".repeat(63)}:`, "0".repeat(65)]) {
      expect(() => extractKey({ kind: "k", sha256: wrong, optionsFingerprint: "o" })).toThrow(/64 lower-case/);
    }
  });
});

describe("the text of a table", () => {
  it("is read as the table it was written for", () => {
    fc.assert(
      fc.property(hostile, hostile, (schema, name) => {
        expect(parsedTable(tableText({ schema, name }))).toEqual({ schema, name });
      }),
      { numRuns: 500 },
    );
    expect(parsedTable("orders")).toEqual({ schema: undefined, name: "orders" });
    expect(parsedTable('a."b.c"')).toEqual({ schema: "a", name: "b.c" });
    for (const wrong of ["", ".", "a.", ".a", "a.b.c", 'a"b', '"a', 'a."b"c', '""', 7]) {
      expect(() => parsedTable(wrong)).toThrow(/can't be read/);
    }
  });
});
