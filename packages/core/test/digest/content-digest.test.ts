import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { contentDigest, createContentHasher, fileDigest } from "@larder/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blake3, native, portable, toHex } from "../../src/digest/blake3.js";

/** From https://github.com/BLAKE3-team/BLAKE3/blob/master/test_vectors/test_vectors.json: byte i of the input is i mod 251. */
const published: readonly (readonly [length: number, digest: string])[] = [
  [0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"],
  [1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"],
  [2, "7b7015bb92cf0b318037702a6cdd81dee41224f734684c2c122cd6359cb1ee63"],
  [3, "e1be4d7a8ab5560aa4199eea339849ba8e293d55ca0a81006726d184519e647f"],
  [1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"],
  [1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"],
  [2048, "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a"],
  [31744, "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47"],
  [102400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"],
];

const input = (length: number) => Uint8Array.from({ length }, (_, index) => index % 251);

describe("the digest of content", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "larder-digest-"));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it.each(published)("is the published BLAKE3 of %i bytes, native and portable", (length, digest) => {
    expect(contentDigest(input(length))).toBe(digest);
    expect(toHex(portable.hash(input(length)))).toBe(digest);
  });

  it("comes from the native package where that is installed", () => {
    expect(native).toBeDefined();
    expect(blake3).toBe(native);
  });

  it("is the same from the native and the portable implementation, whole and in pieces", () => {
    const arbitrary = fc.record({
      bytes: fc.uint8Array({ maxLength: 9000, size: "max" }),
      cut: fc.nat(9000),
    });
    fc.assert(
      fc.property(arbitrary, ({ bytes, cut }) => {
        const expected = toHex(portable.hash(bytes));
        expect(contentDigest(bytes)).toBe(expected);
        for (const stream of [createContentHasher(), portable.create()]) {
          stream.update(bytes.subarray(0, cut));
          stream.update(bytes.subarray(cut));
          expect(stream.digest()).toBe(expected);
        }
      }),
      { seed: 20260321, numRuns: 300 },
    );
  });

  it("reads views and shared memory as the bytes they are", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(16)).fill(7);
    expect(contentDigest(shared)).toBe(contentDigest(new Uint8Array(16).fill(7)));
    expect(contentDigest(input(100).subarray(10, 20))).toBe(contentDigest(input(100).slice(10, 20)));
  });

  it("of a file is that of its bytes, also when it is larger than one read", async () => {
    const path = join(directory, "file");
    for (const length of [0, 5, 1024 * 1024, 2_500_000]) {
      await writeFile(path, input(length));
      expect(await fileDigest(path)).toBe(contentDigest(input(length)));
    }
  });

  it("of a file stops when it is aborted", async () => {
    const path = join(directory, "aborted");
    await writeFile(path, input(10));
    const controller = new AbortController();
    const reason = new Error("no longer wanted");
    const digest = fileDigest(path, controller.signal);
    controller.abort(reason);
    await expect(digest).rejects.toBe(reason);
    await expect(fileDigest(path, controller.signal)).rejects.toBe(reason);
  });

  it("is the same in a process where the native package does not load", async () => {
    const script = fileURLToPath(new URL("./without-native.ts", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--conditions=larder-source",
      "--import",
      "tsx",
      script,
    ]);
    expect(JSON.parse(stdout)).toEqual({ native: false, digest: contentDigest(input(5000)) });
  });
});
