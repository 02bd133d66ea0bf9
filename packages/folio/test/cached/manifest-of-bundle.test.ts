import { expect, test } from "vitest";
import { manifestOfBundle } from "../../src/cached/manifest-of-bundle.js";

test("the manifest of a bundle is parsed once, however often its items are asked about, and anew when it changes", () => {
  const text = (kind: string) => JSON.stringify({ formatVersion: 1, items: { a: { kind, file: "a" } } });
  const first = manifestOfBundle({ manifestText: text("text") });
  expect(first?.items.get("a")?.kind).toBe("text");
  expect(manifestOfBundle({ manifestText: text("text") })).toBe(first);
  expect(manifestOfBundle({ manifestText: text("json") })?.items.get("a")?.kind).toBe("json");
  expect(manifestOfBundle({ manifestText: "{" })).toBeUndefined();
  expect(manifestOfBundle(undefined)).toBeUndefined();
});
