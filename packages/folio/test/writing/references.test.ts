import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { readManifest } from "../../src/manifest/read-manifest.js";
import { openRemote } from "../../src/remote/open-remote.js";
import { addItem } from "../../src/writing/add-item.js";
import { convertToIncluded } from "../../src/writing/convert-to-included.js";
import { convertToReference } from "../../src/writing/convert-to-reference.js";
import { deleteItem } from "../../src/writing/delete-item.js";
import { closeReferences, connectFor, itemPlace } from "../../src/writing/item-place.js";
import { absoluteReference, parentAddress, pathWithin } from "../../src/writing/reference-address.js";
import { memoryStorage } from "../memory-storage.js";
import { type WritingParts, writingParts } from "./writing-parts.js";

const root = mkdtempSync(join(tmpdir(), "larder-references-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let number = 0;
let folder: string;
let parts: WritingParts;
beforeEach(async () => {
  // A name with what addresses escape.
  folder = join(root, `lab ${++number}`, "my bundle%");
  mkdirSync(folder, { recursive: true });
  parts = await writingParts(await openRemote(folder), { settings: { largeFilePolicy: { sizeThreshold: 10 } } });
});

const address = (path: string) => pathToFileURL(path).href;

async function itemNamed(name: string) {
  const read = await readManifest(parts.remote);
  if (read === undefined || read === "unchanged") throw new Error("no manifest");
  return read.manifest.items.get(name)!;
}

/** The text of an item, read as any reader does. */
async function textOf(name: string): Promise<string> {
  const { storage, path } = await itemPlace(parts, name, await itemNamed(name));
  const read = await storage.read(path);
  if (read.status !== "found") return read.status;
  const pieces: Uint8Array[] = [];
  for await (const piece of read.body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describe("an item above the size policy", () => {
  it("is stored next to the bundle, by an address that stays right when both are moved, with a warning", async () => {
    const added = await addItem(parts, "x", "more than ten bytes");
    expect(added).toMatchObject({
      isReference: true,
      sizeBytes: 19,
      checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(added.reference).toMatch(/^\.\.\/large\/my~20bundle~25\/x\.[0-9a-f]{12}\.[0-9a-f]{8}\.txt$/);
    expect(added.file).toBeUndefined();
    expect(parts.warnings()).toEqual(["large-item"]);
    expect(existsSync(join(folder, "items"))).toBe(false);
    expect(await textOf("x")).toBe("more than ten bytes");
  });

  it("is replaced and deleted with its data", async () => {
    await addItem(parts, "x", "more than ten bytes");
    await addItem(parts, "x", "other than ten bytes");
    const large = join(folder, "../large/my~20bundle~25");
    expect(readdirSync(large).filter((name) => name.startsWith("x"))).toHaveLength(1);
    await deleteItem(parts, "x");
    expect(readdirSync(large).filter((name) => name.startsWith("x"))).toHaveLength(0);
  });

  it("is included with forceInclude, with a warning", async () => {
    const added = await addItem(parts, "x", "more than ten bytes", { forceInclude: true });
    expect(added.isReference).toBe(false);
    expect(parts.warnings()).toEqual(["large-item"]);
  });

  it("goes where asReference says; a smaller one does not", async () => {
    const target = join(root, `there-${number}`, "x.txt");
    const added = await addItem(parts, "x", "more than ten bytes", { asReference: address(target) });
    expect(added.reference).toBe(address(target));
    expect(readFileSync(target, "utf8")).toBe("more than ten bytes");
    expect((await addItem(parts, "y", "small", { asReference: address(target) })).isReference).toBe(false);
    // What was stored at an address of the caller's is the caller's.
    await deleteItem(parts, "x");
    expect(existsSync(target)).toBe(true);
  });

  it("is not added when asReference says where nothing can be written", async () => {
    const adding = addItem(parts, "x", "more than ten bytes", { asReference: "https://127.0.0.1:9/x.txt" });
    await expect(adding).rejects.toMatchObject({ code: "no-large-place" });
  });

  it("is included where nothing can be written next to the bundle", async () => {
    const alone = await writingParts(memoryStorage(), { settings: { largeFilePolicy: { sizeThreshold: 10 } } });
    expect((await addItem(alone, "x", "more than ten bytes")).isReference).toBe(false);
    expect(alone.warnings()).toEqual(["large-item"]);
  });

  it("is included without a word, when the policy says so", async () => {
    const settings = {
      largeFilePolicy: { sizeThreshold: 10, defaultAction: "include", warnOnInclude: false },
    } as const;
    const including = await writingParts(parts.remote, { settings });
    expect((await addItem(including, "x", "more than ten bytes")).isReference).toBe(false);
    expect(including.warnings()).toEqual([]);
  });
});

it("a bundle that grows beyond the size for a warning is told of", async () => {
  const small = await writingParts(memoryStorage(), { settings: { bundleSizeWarning: 8 } });
  await addItem(small, "a", "12345678");
  expect(small.warnings()).toEqual([]);
  await addItem(small, "b", "9");
  expect(small.warnings()).toEqual(["bundle-size"]);
});

describe("a reference to data that are there already", () => {
  it("has their size, and the kind that their name tells", async () => {
    writeFileSync(join(root, "flights.parquet"), "PAR1");
    const added = await addItem(parts, "x", undefined, { asReference: address(join(root, "flights.parquet")) });
    expect(added).toMatchObject({ kind: "table", sizeBytes: 4, isReference: true });
    expect(await textOf("x")).toBe("PAR1");
  });

  it("to where nothing is, is an error", async () => {
    const adding = addItem(parts, "x", undefined, { asReference: address(join(root, "nothing.bin")) });
    await expect(adding).rejects.toMatchObject({ code: "reference-not-found" });
  });

  it("with a secret in its address is refused, and the secret is not shown", async () => {
    for (const secret of [
      "https://maria:hunter2@host/a",
      "s3://lab/a?X-Amz-Signature=hunter2",
      "https://h/a#token=hunter2",
    ]) {
      const error: Error = await addItem(parts, "x", undefined, { asReference: secret }).then(
        () => new Error("added"),
        (thrown) => thrown,
      );
      expect(error).toMatchObject({ code: "invalid-reference" });
      expect(`${error.stack}${JSON.stringify(error)}`).not.toContain("hunter2");
    }
  });

  it("is deleted without its data", async () => {
    const file = join(root, "raw.bin");
    writeFileSync(file, "raw");
    await addItem(parts, "x", undefined, { asReference: address(file) });
    await deleteItem(parts, "x");
    expect(existsSync(file)).toBe(true);
  });
});

describe("converting", () => {
  it("to a reference without an address leaves the data where they are, and back", async () => {
    const added = await addItem(parts, "x", "small");
    await convertToReference(parts, "x");
    const { file: _, ...facts } = added;
    expect(await itemNamed("x")).toMatchObject({
      reference: `${parts.remote.url}/${added.file}`,
      checksum: facts.checksum,
    });
    expect(await textOf("x")).toBe("small");
    await convertToReference(parts, "x");
    await convertToIncluded(parts, "x");
    expect((await itemNamed("x")).file).toBe(added.file);
    expect(await textOf("x")).toBe("small");
  });

  it("to a reference with an address compares the data there, and then removes its own", async () => {
    const added = await addItem(parts, "x", "small");
    const copy = join(root, `copy-${number}.txt`);
    const toCopy = () => convertToReference(parts, "x", { url: address(copy) });
    await expect(toCopy()).rejects.toMatchObject({ code: "reference-not-found" });
    writeFileSync(copy, "smell");
    await expect(toCopy()).rejects.toMatchObject({ code: "reference-differs" });
    expect(await textOf("x")).toBe("small");
    writeFileSync(copy, "small");
    await toCopy();
    expect(await itemNamed("x")).toMatchObject({ reference: address(copy) });
    expect(existsSync(join(folder, added.file!))).toBe(false);
    expect(await textOf("x")).toBe("small");
  });

  it("to included copies the data in, verified, and gives a checksum to those without", async () => {
    const file = join(root, `data-${number}.csv`);
    writeFileSync(file, "id\n1\n");
    await addItem(parts, "x", undefined, { asReference: address(file) });
    await convertToIncluded(parts, "x");
    expect(await itemNamed("x")).toMatchObject({
      file: expect.stringMatching(/^items\/x\..*\.csv$/),
      sizeBytes: 5,
      checksumAlgorithm: "sha256",
    });
    expect(existsSync(file)).toBe(true);
    expect(await textOf("x")).toBe("id\n1\n");
  });

  it("to included refuses data that are not those the manifest tells of", async () => {
    const added = await addItem(parts, "x", "more than ten bytes");
    writeFileSync(join(folder, added.reference!), "more then ten bytes");
    await expect(convertToIncluded(parts, "x")).rejects.toMatchObject({ code: "checksum-mismatch" });
    expect((await itemNamed("x")).reference).toBe(added.reference);
    expect(existsSync(join(folder, "items"))).toBe(false);
  });

  it("to included removes what was stored next to the bundle", async () => {
    const added = await addItem(parts, "x", "more than ten bytes");
    await convertToIncluded(parts, "x");
    expect(existsSync(join(folder, added.reference!))).toBe(false);
    expect(await textOf("x")).toBe("more than ten bytes");
  });

  it("an item that is not there names the nearest", async () => {
    await addItem(parts, "flights", 1);
    for (const convert of [convertToIncluded, convertToReference]) {
      await expect(convert(parts, "flight")).rejects.toMatchObject({
        code: "unknown-item",
        message: expect.stringContaining("'flights'"),
      });
    }
  });

  it("an item that somebody else changes meanwhile stays as they made it", async () => {
    const copy = join(root, `copy-${number}.txt`);
    writeFileSync(copy, "small");
    await addItem(parts, "x", "small");
    const manifest = parts.manifest;
    const overtaken = {
      ...parts,
      async manifest() {
        const read = await manifest();
        await addItem(parts, "x", "theirs");
        return read;
      },
    };
    const converting = convertToReference(overtaken, "x", { url: address(copy) });
    await expect(converting).rejects.toMatchObject({ code: "item-changed" });
    expect(await textOf("x")).toBe("theirs");
  });
});

describe("where a reference leads", () => {
  const item = (reference: string) => ({ kind: "file", reference }) as const;

  it("from a remote bundle is never a local file", async () => {
    const remote = await writingParts(memoryStorage({ url: "https://host/lab" }));
    await expect(itemPlace(remote, "x", item("file:///etc/passwd"))).rejects.toMatchObject({
      code: "invalid-reference",
    });
  });

  it("shows credentials to the same service only", async () => {
    const connect = {
      headers: { authorization: "Bearer hunter2" },
      credentials: { accessKeyId: "a", secretAccessKey: "hunter2" },
      timeoutMs: 5,
    };
    const from = (url: string) => ({ remote: memoryStorage({ url }), connect });
    expect(connectFor(from("https://host/lab"), "https://host/large/x")).toEqual({
      ...connect,
      endpoint: undefined,
      region: undefined,
    });
    for (const other of ["https://evil/x", "http://host/x", "https://host:8443/x", "https://host.evil/x"]) {
      expect(connectFor(from("https://host/lab"), other)).not.toHaveProperty("headers");
    }
    expect(connectFor(from("https://host/lab"), "s3://lab/x")).toEqual({ timeoutMs: 5 });
    expect(connectFor(from("s3://lab/a"), "s3://other/x")).toMatchObject({ credentials: connect.credentials });
  });

  it("is one storage for each folder, closed with the folio", async () => {
    writeFileSync(join(root, "a.bin"), "a");
    const places = await Promise.all(
      ["a.bin", "b.bin"].map((name) => itemPlace(parts, name, item(address(join(root, name))))),
    );
    expect(places[0]!.storage).toBe(places[1]!.storage);
    await closeReferences(parts);
    expect((await itemPlace(parts, "a", item(address(join(root, "a.bin"))))).storage).not.toBe(places[0]!.storage);
  });

  it("is told by addresses of every scheme", () => {
    const parents = [
      "s3://lab",
      "s3://lab/x",
      "s3://lab/a/b",
      "file:///data/lab",
      "file:///lab",
      "https://h",
      "https://h/l",
    ].map(parentAddress);
    expect(parents).toEqual([undefined, "s3://lab", "s3://lab/a", "file:///data", undefined, undefined, "https://h"]);
    expect(absoluteReference("s3://lab/a/b", "../large/b/x")).toBe("s3://lab/a/large/b/x");
    expect(() => absoluteReference("s3://lab", "../x")).toThrow(/root of a host or bucket/);
    expect(pathWithin("file:///my%20lab", "file:///my%20lab/a%20b")).toBe("a b");
    expect(pathWithin("s3://lab/a", "s3://lab/a/b%20%3F")).toBe("b%20?");
    expect(pathWithin("s3://lab/a", "s3://lab/ab")).toBeUndefined();
  });
});
