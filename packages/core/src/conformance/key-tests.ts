import assert from "node:assert/strict";
import { expectBytes } from "./expectations.js";
import type { Ground } from "./ground.js";
import { sampleBytes } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";

const long = "long/".repeat(800);

/** Names that some storage or other takes for one, or for something special. */
export const oddNames: Readonly<Record<string, readonly string[]>> = {
  "keys that differ only in case are kept apart": ["case", "Case", "CASE", "straße", "STRASSE", "ı", "i", "I"],
  "keys that differ only in Unicode form are kept apart": [
    "\u00e9",
    "e\u0301",
    "\ufb01",
    "fi",
    "\u212b",
    "\u00c5",
    "ｅ",
    "e",
  ],
  "long keys that differ only at their end are kept apart": [
    `${long}a`,
    `${long}b`,
    `${long}ab`,
    long,
    `${long}${long}`,
  ],
  "keys that begin with one another are kept apart": ["a", "aa", "a/", "a/a", "a:", "a:a", "a.", "a.json", "a "],
  "keys with odd characters are kept apart": [
    "/",
    "//",
    ".",
    "..",
    "../..",
    "../../etc/passwd",
    "\\",
    "a\\b",
    "C:\\x",
    "CON",
    "nul",
    "%2F",
    "%",
    "%00",
    "\u0000",
    "x\u0000",
    "x\u0000y",
    "\n",
    "\r\n",
    "\t",
    " ",
    "  ",
    "*",
    "?",
    "[a-z]",
    "{a,b}",
    "__proto__",
    "constructor",
    "toString",
    "'",
    '"',
    "`",
    ";",
    "$(x)",
    "#",
    "~",
    "-",
    "--help",
    "0",
    "00",
    "-0",
    "1e3",
    "1000",
    "null",
    "undefined",
    "true",
    "NaN",
    "日本語",
    "🦔",
    "👩‍🚀",
    "\uffff",
    "\u{10000}",
    "\u202e",
    "\ufeff",
  ],
};

/** Whatever text a key is, it is that key and no other. */
export const keyTests: readonly TestDefinition[] = [
  ...Object.entries(oddNames).map(
    ([name, suffixes]): TestDefinition => ({
      name,
      brief: name.includes("case") || name.includes("long"),
      run: (ground) => keepsApart(ground, suffixes),
    }),
  ),
  {
    name: "a hundred keys set at once are all there",
    async run({ put, read, key }) {
      const numbers = Array.from({ length: 100 }, (_, i) => i);
      await Promise.all(numbers.map((i) => put(`many ${i}`, sampleBytes(i * 3, i), { origin: String(i) })));
      for (const i of numbers) {
        const { record, bytes } = await read(key(`many ${i}`));
        assert.equal(record.origin, String(i));
        expectBytes(bytes, sampleBytes(i * 3, i), `key ${i} of a hundred`);
      }
    },
  },
];

async function keepsApart({ backend, put, read, key }: Ground, suffixes: readonly string[]): Promise<void> {
  for (const [i, suffix] of suffixes.entries()) {
    const shown = JSON.stringify(suffix.length > 40 ? `${suffix.slice(0, 40)}…` : suffix);
    assert.equal(await backend.getBlob(key(suffix)), undefined, `${shown} is found before it was set`);
    await put(suffix, sampleBytes(10, i), { origin: String(i) });
  }
  for (const [i, suffix] of suffixes.entries()) {
    const shown = JSON.stringify(suffix.length > 40 ? `${suffix.slice(0, 40)}… (${suffix.length})` : suffix);
    const { record, bytes } = await read(key(suffix));
    assert.equal(record.origin, String(i), `the record of ${shown} is another key's`);
    expectBytes(bytes, sampleBytes(10, i), `the bytes of ${shown}`);
  }
}
