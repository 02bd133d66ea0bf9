import { readdirSync, readFileSync } from "node:fs";
import { LarderError } from "@larder/core";
import { describe, expect, it } from "vitest";
import { parseManifest } from "../../src/manifest/parse-manifest.js";
import { serializeManifest } from "../../src/manifest/serialize-manifest.js";

const golden = new URL("./golden/", import.meta.url);
const bytesOf = (text: string) => new TextEncoder().encode(text);
const goldenBytes = (name: string) => new Uint8Array(readFileSync(new URL(name, golden)));

describe("a manifest as it is written now", () => {
  for (const name of readdirSync(new URL("current", golden))) {
    it(`${name} comes back byte for byte when it is written again`, () => {
      const bytes = goldenBytes(`current/${name}`);
      expect(new TextDecoder().decode(serializeManifest(parseManifest(bytes)))).toBe(new TextDecoder().decode(bytes));
    });
  }

  it("keeps fields that this version does not know, of the bundle and of items", () => {
    const manifest = parseManifest(goldenBytes("current/all-fields.manifest"));
    expect(manifest.other).toEqual({ licence: { name: "CC-BY-4.0", years: [2025, 2026] } });
    const { other } = manifest.items.get("__proto__")!;
    expect(Object.keys(other!)).toEqual(["reviewed", "__proto__"]);
  });

  it("has every field where it belongs", () => {
    const manifest = parseManifest(goldenBytes("current/all-fields.manifest"));
    expect([...manifest.items.keys()]).toEqual(["9", "10", "__proto__", "flights", "raw", "video", "Über/ночь 🌙"]);
    expect(manifest.items.get("flights")).toEqual({
      kind: "table",
      file: "items/flights.9f86d081884c.5f3a2b1c.parquet",
      sizeBytes: 1_048_576,
      checksum: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      checksumAlgorithm: "sha256",
      chunks: {
        file: "items/flights.9f86d081884c.5f3a2b1c.chunks",
        chunkBytes: 16_384,
        algorithm: "blake3",
        checksum: "c7f2a1b0".repeat(8),
      },
      createdAt: "2026-01-31T12:00:00.000Z",
      updatedAt: "2026-02-01T08:30:00.250Z",
      updatedBy: "maria@host",
      rows: 1000,
      schema: [
        { name: "id", type: "Int64", nullable: false },
        { name: "delay", type: "Float64", nullable: true, metadata: { unit: "min" } },
      ],
      description: "One row per flight",
    });
    expect(manifest.items.get("raw")).toEqual({ kind: "file", reference: "s3://lab/raw/flights.csv", sizeBytes: 5e9 });
    expect({}).not.toHaveProperty("kind");
  });

  it("is written with items ascending by code point, whatever order they came in", () => {
    const manifest = parseManifest(goldenBytes("current/all-fields.manifest"));
    const shuffled = { ...manifest, items: new Map([...manifest.items].reverse()) };
    expect(serializeManifest(shuffled)).toEqual(goldenBytes("current/all-fields.manifest"));
  });

  it("names chunks of the smallest and the largest size, their checksum in capitals too", () => {
    for (const chunkBytes of [4096, 1_048_576]) {
      const { items } = parseManifest(bytesOf(withChunks({ chunkBytes, checksum: "B".repeat(64), more: 1 })));
      expect(items.get("x")!.chunks).toEqual({
        file: "a.chunks",
        chunkBytes,
        algorithm: "blake3",
        checksum: "b".repeat(64),
      });
    }
    expect(parseManifest(bytesOf(withChunks({}, { chunks: null }))).items.get("x")).not.toHaveProperty("chunks");
  });

  it("may begin with a byte order mark", () => {
    expect(parseManifest(bytesOf('\ufeff{"items":{}}')).items.size).toBe(0);
  });
});

describe("a manifest of an older bundle", () => {
  it("without checksums is read, and its times are made UTC to the millisecond", () => {
    const { items, formatVersion } = parseManifest(goldenBytes("older/without-checksum.manifest"));
    expect(formatVersion).toBe(1);
    expect(items.get("flights")).toEqual({
      kind: "table",
      file: "flights.parquet",
      sizeBytes: 1024,
      createdAt: "2024-05-01T12:00:00.123Z",
    });
    expect(items.get("settings")).toEqual({ kind: "json", file: "data/settings.json" });
  });

  it("with checksums but no algorithm is read by the length of the checksums", () => {
    const { items, createdAt } = parseManifest(goldenBytes("older/without-algorithm.manifest"));
    expect(createdAt).toBe("2024-05-01T00:00:00.000Z");
    expect(Array.from(items.values(), ({ checksumAlgorithm }) => checksumAlgorithm)).toEqual(["md5", "sha1", "sha256"]);
    expect(items.get("md5")!.checksum).toBe("d41d8cd98f00b204e9800998ecf8427e");
    expect(items.get("sha256")!.updatedAt).toBe("2024-05-01T10:00:00.000Z");
  });
});

/** A manifest of one item named `x`. */
const withItem = (item: string, name = '"x"') => `{"items":{${name}:${item}}}`;
const withFile = (file: string) => withItem(`{"kind":"file","file":${JSON.stringify(file)}}`);
/** An item whose list of chunks is right but for what `wrong` says. */
const withChunks = (wrong: object, item: object = {}) => {
  const chunks = { file: "a.chunks", chunkBytes: 16_384, algorithm: "blake3", checksum: "b".repeat(64), ...wrong };
  const checksum = { checksum: "a".repeat(64), checksumAlgorithm: "sha256" };
  return withItem(JSON.stringify({ kind: "table", file: "a", sizeBytes: 9, ...checksum, chunks, ...item }));
};
const withReference = (reference: string) => withItem(JSON.stringify({ kind: "file", reference }));

describe("a manifest that can't be read", () => {
  const refused: readonly (readonly [what: string, text: string | Uint8Array, reason: RegExp])[] = [
    ["that is no UTF-8", Uint8Array.of(0x7b, 0xff, 0x7d), /not UTF-8/],
    ["that is no JSON", '{"items":', /not JSON/],
    ["that is empty", "", /not JSON/],
    ["that is a list", "[]", /a JSON object/],
    ["without items", "{}", /'items'/],
    ["with items as a list", '{"items":[]}', /'items'/],
    ["with a version that is text", '{"formatVersion":"1","items":{}}', /'formatVersion'/],
    ["with a description that is a number", '{"description":5,"items":{}}', /'description'/],
    ["with a time that is none", '{"updatedAt":"yesterday","items":{}}', /'updatedAt'/],
    ["with an item that is null", withItem("null"), /item "x".*an object/],
    ["with an item that is a list", withItem("[]"), /item "x".*an object/],
    ["with an item without kind", withItem('{"file":"a"}'), /item "x".*'kind'/],
    ["with a kind nobody knows", withItem('{"kind":"toString","file":"a"}'), /item "x".*'kind'/],
    ["with an item that is nowhere", withItem('{"kind":"file"}'), /either 'file' or 'reference'/],
    ["with an item in two places", withItem('{"kind":"file","file":"a","reference":"s3://a/b"}'), /either 'file'/],
    ["with a file that is a number", withItem('{"kind":"file","file":7}'), /'file' must be text/],
    ["with a file outside", withFile("../secret"), /'file' must be a path within/],
    ["with a file that climbs in the middle", withFile("items/../../secret"), /'file' must be a path within/],
    ["with an absolute file", withFile("/etc/passwd"), /'file' must be a path within/],
    ["with a file with NUL", withFile("a\0b"), /'file' must be a path within/],
    ["with a file with a backslash", withFile("..\\secret"), /'file' must be a path within/],
    ["with a file with an empty part", withFile("a//b"), /'file' must be a path within/],
    ["with a file that is too long", withFile("a".repeat(300)), /'file' must be a path within/],
    ["with an empty file", withFile(""), /'file' must be a path within/],
    ["with a size below 0", withItem('{"kind":"file","file":"a","sizeBytes":-1}'), /'sizeBytes'/],
    ["with a size that is a fraction", withItem('{"kind":"file","file":"a","sizeBytes":0.5}'), /'sizeBytes'/],
    ["with a size beyond all numbers", withItem('{"kind":"file","file":"a","sizeBytes":1e400}'), /'sizeBytes'/],
    ["with rows that are text", withItem('{"kind":"table","file":"a","rows":"9"}'), /'rows'/],
    [
      "with a checksum of no length",
      withItem('{"kind":"file","file":"a","checksum":"abc"}'),
      /a length that is of none/,
    ],
    [
      "with a checksum that is none",
      withItem(`{"kind":"file","file":"a","checksum":"${"z".repeat(64)}"}`),
      /must be a checksum by sha256/,
    ],
    [
      "with a checksum shorter than its algorithm's",
      withItem(`{"kind":"file","file":"a","checksum":"${"a".repeat(32)}","checksumAlgorithm":"sha256"}`),
      /must be a checksum by sha256/,
    ],
    [
      "with an algorithm nobody knows",
      withItem(`{"kind":"file","file":"a","checksum":"${"a".repeat(32)}","checksumAlgorithm":"crc32"}`),
      /'checksumAlgorithm' must be one of/,
    ],
    ["with chunks that are a list", withChunks({}, { chunks: [] }), /item "x".*'chunks' must be an object/],
    ["with chunks that are nowhere", withChunks({ file: null }), /'file' of 'chunks' must be a path within/],
    ["with chunks outside", withChunks({ file: "../secret" }), /'file' of 'chunks' must be a path within/],
    ["with chunks of an absolute path", withChunks({ file: "/etc/passwd" }), /'file' of 'chunks' must be a path/],
    ["with chunks at an address", withChunks({ file: "https://host/a" }), /'file' of 'chunks' must be a path/],
    ["with chunks of a path with NUL", withChunks({ file: "a\0b" }), /'file' of 'chunks' must be a path within/],
    ["with chunks of no bytes", withChunks({ chunkBytes: 0 }), /'chunkBytes' of 'chunks' must be a power of two/],
    ["with chunks of 2,048 bytes", withChunks({ chunkBytes: 2048 }), /'chunkBytes'/],
    ["with chunks of 2 MiB", withChunks({ chunkBytes: 2 ** 21 }), /'chunkBytes'/],
    ["with chunks of 20,000 bytes", withChunks({ chunkBytes: 20_000 }), /'chunkBytes'/],
    ["with chunks of so many bytes in text", withChunks({ chunkBytes: "16384" }), /'chunkBytes'/],
    ["with chunks by another algorithm", withChunks({ algorithm: "sha256" }), /'algorithm' of 'chunks' must be blake3/],
    ["with chunks without a checksum", withChunks({ checksum: undefined }), /'checksum' of 'chunks'/],
    ["with chunks with half a checksum", withChunks({ checksum: "b".repeat(32) }), /'checksum' of 'chunks'/],
    ["with chunks of an item of no size", withChunks({}, { sizeBytes: undefined }), /'chunks' needs 'sizeBytes'/],
    ["with chunks of an item without checksum", withChunks({}, { checksum: null }), /'chunks' needs 'sizeBytes'/],
    ["with a schema that is text", withItem('{"kind":"table","file":"a","schema":"id"}'), /'schema'/],
    ["with a schema of columns without names", withItem('{"kind":"table","file":"a","schema":[{}]}'), /'schema'/],
    ["with 31 February", withItem('{"kind":"file","file":"a","createdAt":"2024-02-31"}'), /'createdAt'/],
    ["with an item without name", withItem("{}", '""'), /name is empty/],
    ["with half a surrogate pair in a name", withItem("{}", '"\\ud800"'), /half a surrogate pair/],
    ["with a name of 1,025 bytes", withItem("{}", JSON.stringify(`${"é".repeat(512)}a`)), /longer than 1024 bytes/],
    [
      "with a name twice",
      '{"items":{"x":{"kind":"file","file":"a"},"x":{"kind":"file","file":"b"}}}',
      /"x" is there twice/,
    ],
    ["with a name twice, once escaped", '{"items":{"x":{},"\\u0078" : {}}}', /"x" is there twice/],
    ["with a field twice", withItem('{"kind":"file","file":"a","file":"b"}'), /"file" is there twice/],
    ["that is nested without end", `${'{"items":{"x":'.repeat(40)}`, /nested deeper/],
    ["that is a million lists", "[".repeat(1_000_000), /nested deeper/],
    ["with a reference with a password", withReference("https://maria:hunter2@host/a"), /user name or password/],
    ["with a reference that is signed", withReference("https://h/a?X-Amz-Signature=hunter2"), /parameter with 'Sig'/],
    ["with a reference without scheme", withReference("data/flights.parquet"), /'reference' must begin with a scheme/],
    ["with a reference that climbs twice", withReference("../../etc/passwd"), /one '\.\.\/'/],
    ["with a reference of control characters", withReference("s3://a/b\nc"), /control characters/],
  ];

  for (const [what, text, reason] of refused) {
    it(`${what} is an error that says so`, () => {
      let error: unknown;
      try {
        parseManifest(typeof text === "string" ? bytesOf(text) : text);
      } catch (thrown) {
        error = thrown;
      }
      expect(LarderError.isInstance(error, "invalid-manifest")).toBe(true);
      expect((error as LarderError).message).toMatch(reason);
      expect(JSON.stringify(error) + String(error)).not.toContain("hunter2");
    });
  }

  it("of 100 MB is refused without being looked through", () => {
    expect(() => parseManifest(new Uint8Array(100_000_000))).toThrow(/100000000 bytes, and at most 67108864 are read/);
  });

  it("of a later format says that a newer version is needed", () => {
    const later = () => parseManifest(bytesOf('{"formatVersion":2,"items":"in some other way"}'));
    expect(later).toThrow(expect.objectContaining({ code: "newer-format" }));
  });
});

it("10,000 items are checked and parsed in less than eight times what JSON takes to parse them", () => {
  const item = (index: number) => ({
    kind: "table" as const,
    file: `items/run-${index}.9f86d081884c.5f3a2b1c.parquet`,
    sizeBytes: index,
    checksum: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    checksumAlgorithm: "sha256" as const,
    createdAt: "2026-01-31T12:00:00.000Z",
    updatedAt: "2026-01-31T12:00:00.000Z",
    updatedBy: "maria@host",
  });
  const items = new Map(Array.from({ length: 10_000 }, (_, index) => [`run-${index}`, item(index)] as const));
  const bytes = serializeManifest({ formatVersion: 1, items });
  const text = new TextDecoder().decode(bytes);
  const processorTime = (work: () => void): number => {
    const begun = process.cpuUsage();
    work();
    return process.cpuUsage(begun).user;
  };
  // Side by side, and the best of several: other work on the machine makes the rest slower.
  const ratios = Array.from({ length: 9 }, () => {
    const parsing = processorTime(() => {
      for (let i = 0; i < 4; i++) JSON.parse(text);
    });
    const reading = processorTime(() => {
      for (let i = 0; i < 4; i++) expect(parseManifest(bytes).items.size).toBe(10_000);
    });
    return reading / parsing;
  });
  expect(Math.min(...ratios)).toBeLessThan(8);
});
