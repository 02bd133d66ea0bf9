import { describe, expect, it } from "vitest";
import { checksumOfBytes } from "../../src/manifest/checksum-hasher.js";
import { readManifest } from "../../src/manifest/read-manifest.js";
import { serializeManifest } from "../../src/manifest/serialize-manifest.js";
import type { RemoteStorage } from "../../src/remote/remote-storage.js";
import { memoryStorage, unreachable } from "../memory-storage.js";

const bytes = serializeManifest({ formatVersion: 1, items: new Map([["a", { kind: "file", file: "a.bin" }]]) });

/** A storage whose manifest has a body of so many pieces of 1 MiB, whatever was announced. */
function endless(announced: number, pieces: number): { readonly storage: RemoteStorage; readonly sent: () => number } {
  let sent = 0;
  async function* body() {
    for (; sent < pieces; sent++) yield new Uint8Array(1024 * 1024);
  }
  const object = { path: "items.json", byteLength: announced, version: undefined };
  const read = async () => ({ status: "found" as const, object, start: 0, end: announced, body: body() });
  return { storage: { ...memoryStorage(), read }, sent: () => sent };
}

describe("the manifest of a bundle", () => {
  it("is read with one request, in pieces, with its version and checksum", async () => {
    const storage = memoryStorage({ objects: [["items.json", bytes]], pieceBytes: 7 });
    const read = await readManifest(storage);
    expect(read).toMatchObject({ version: '"v1"', checksum: await checksumOfBytes("sha256", bytes) });
    expect(storage.requests).toEqual([{ method: "read", path: "items.json" }]);
  });

  it("that has the version known is not read again", async () => {
    const storage = memoryStorage({ objects: [["items.json", bytes]] });
    expect(await readManifest(storage, { unlessVersion: '"v1"' })).toBe("unchanged");
    expect(await readManifest(storage, { unlessVersion: '"v0"' })).toMatchObject({ version: '"v1"' });
  });

  it("that is not there is undefined, and trouble with the network is an error", async () => {
    const storage = memoryStorage();
    expect(await readManifest(storage)).toBeUndefined();
    storage.before = ({ path }) => {
      throw unreachable(path);
    };
    await expect(readManifest(storage)).rejects.toMatchObject({ code: "remote-unreachable" });
  });

  it("of 100 MB is refused at its first piece", async () => {
    const { storage, sent } = endless(100 * 1024 * 1024, 100);
    await expect(readManifest(storage)).rejects.toMatchObject({ code: "invalid-manifest" });
    expect(sent()).toBe(0);
  });

  it("that is longer than was announced is refused when it is too long", async () => {
    const { storage, sent } = endless(1000, 1_000_000);
    await expect(readManifest(storage)).rejects.toMatchObject({ code: "invalid-manifest" });
    expect(sent()).toBe(64);
  });
});
