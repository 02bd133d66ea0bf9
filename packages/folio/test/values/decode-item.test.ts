import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ItemKind } from "../../src/manifest/manifest.js";
import { decodeItem } from "../../src/values/decode-item.js";

const utf8 = (text: string) => new TextEncoder().encode(text);

describe("bytes that are not what their kind says are refused", () => {
  const refused: readonly (readonly [string, ItemKind, Uint8Array, RegExp])[] = [
    ["JSON that is cut off", "json", utf8('{"password":"hunter2"'), /grammar/],
    ["JSON of nothing", "json", utf8(""), /grammar/],
    ["JSON that is no UTF-8", "json", Uint8Array.of(0x22, 0xff, 0x22), /UTF-8/],
    ["text that is no UTF-8", "text", Uint8Array.of(0xc3), /UTF-8/],
    ["half a surrogate pair in text", "text", Uint8Array.of(0xed, 0xa0, 0x80), /UTF-8/],
    ["a timestamp without milliseconds", "timestamp", utf8("2026-01-31T12:00:00Z"), /2026-01-31T12:00:00.000Z/],
    ["a timestamp in another zone", "timestamp", utf8("2026-01-31T12:00:00.000+01:00"), /expected such as/],
    ["a timestamp with a day that no month has", "timestamp", utf8("2026-02-30T12:00:00.000Z"), /expected such as/],
    ["a timestamp with a line feed", "timestamp", utf8("2026-01-31T12:00:00.000Z\n"), /expected such as/],
    ["a timestamp that is a number", "timestamp", utf8("1769860800000"), /expected such as/],
    ["a table, which is not read so", "table", utf8("PAR1"), /column by column/],
  ];
  for (const [what, kind, bytes, reason] of refused) {
    it(what, () => {
      let error: unknown;
      try {
        decodeItem(kind, bytes);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({
        code: "undecodable-item",
        message: expect.stringMatching(reason),
        facts: { kind },
      });
      expect(String(error)).not.toContain("hunter2");
    });
  }
});

it("the error names the item, where it is known", () => {
  const decode = () => decodeItem("json", utf8("{"), "settings");
  expect(decode).toThrow(/bytes of the item "settings" are no JSON text/);
});

it("bytes of no kind in particular come as they are, not copied", () => {
  const bytes = Uint8Array.of(1, 2);
  for (const kind of ["binary", "model", "file"] as const) expect(decodeItem(kind, bytes)).toBe(bytes);
});

it("a byte order mark belongs to a text, and not to JSON", () => {
  expect(decodeItem("text", utf8("\ufeffa"))).toBe("\ufeffa");
  expect(decodeItem("json", utf8("\ufeff1"))).toBe(1);
});

it("any bytes of any kind are a value or an error, and nothing else happens", () => {
  const kinds = fc.constantFrom<ItemKind[]>("json", "array", "text", "timestamp", "binary");
  fc.assert(
    fc.property(kinds, fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(utf8)), (kind, bytes) => {
      try {
        decodeItem(kind, bytes);
      } catch (error) {
        expect(error).toMatchObject({ code: "undecodable-item" });
      }
    }),
    { numRuns: 1000 },
  );
});
