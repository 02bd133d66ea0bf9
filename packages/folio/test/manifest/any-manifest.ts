import type { JsonObject } from "@larder/core";
import fc from "fast-check";
import type { Manifest, ManifestItem } from "../../src/manifest/manifest.js";

/** Names of any Unicode text, with those that objects of JavaScript make trouble with. */
export const anyName: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "10",
    "9",
    "-0",
    "a/b",
    "../x",
    "\u0000",
    "~",
    "%2e",
    "💙",
    "ü",
    "\u00fc",
  ),
);

const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: digits, maxLength: digits });
const time = fc
  .date({ min: new Date(0), max: new Date(Date.UTC(9999, 0)), noInvalidDate: true })
  .map((date) => date.toISOString());
const checksum = fc.oneof(
  hex(64).map((text) => ({ checksum: text, checksumAlgorithm: "sha256" as const })),
  hex(64).map((text) => ({ checksum: text, checksumAlgorithm: "blake3" as const })),
  hex(32).map((text) => ({ checksum: text, checksumAlgorithm: "md5" as const })),
  fc.constant({}),
);
const place = fc.oneof(
  fc.webPath().map((path) => ({ file: `items/${path.replace(/[^a-z0-9]/gi, "")}x` })),
  fc.constantFrom("s3://lab/raw/a.csv", "../large/lab/b.bin", "https://host/c").map((reference) => ({ reference })),
);
/** Fields nobody knows: names that no field has. */
const other = fc
  .dictionary(
    anyName.map((name) => `x-${name}`),
    fc.jsonValue(),
    { maxKeys: 3, noNullPrototype: true },
  )
  // JSON has no -0.
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject)
  .map((value) => (Object.keys(value).length === 0 ? {} : { other: value }));

const facts = fc.record(
  {
    sizeBytes: fc.maxSafeNat(),
    createdAt: time,
    updatedAt: time,
    updatedBy: fc.string({ unit: "grapheme" }),
    rows: fc.maxSafeNat(),
    description: fc.string({ unit: "grapheme" }),
  },
  { requiredKeys: [] },
);

/** Only items whose size and checksum are known have them. */
const chunks = fc.option(
  fc.record({
    file: fc.stringMatching(/^[a-z]{1,8}$/).map((name) => `items/${name}.chunks`),
    chunkBytes: fc.integer({ min: 12, max: 20 }).map((power) => 2 ** power),
    algorithm: fc.constant("blake3" as const),
    checksum: hex(64),
  }),
  { nil: undefined },
);

export const anyItem: fc.Arbitrary<ManifestItem> = fc
  .tuple(
    fc.constantFrom("table", "json", "array", "binary", "model", "text", "timestamp", "file" as const),
    place,
    checksum,
    facts,
    other,
    chunks,
  )
  .map(([kind, place, checksum, facts, other, chunks]) => {
    const item: ManifestItem = { kind, ...place, ...checksum, ...facts, ...other };
    const isKnown = item.sizeBytes !== undefined && item.checksum !== undefined;
    return isKnown && chunks !== undefined ? { ...item, chunks } : item;
  });

/** Any manifest that may be written. */
export const anyManifest: fc.Arbitrary<Manifest> = fc
  .tuple(
    fc.array(fc.tuple(anyName, anyItem), { maxLength: 12 }),
    fc.record({ createdAt: time, updatedAt: time, description: fc.string({ unit: "grapheme" }) }, { requiredKeys: [] }),
    other,
  )
  .map(([items, head, rest]) => ({ formatVersion: 1 as const, ...head, items: new Map(items), ...rest }));
