import { afterEach, describe, expect, it } from "vitest";
import { readManifest } from "../../src/manifest/read-manifest.js";
import { openRemote } from "../../src/remote/open-remote.js";
import { addItem } from "../../src/writing/add-item.js";
import { deleteItem } from "../../src/writing/delete-item.js";
import { itemPlace } from "../../src/writing/item-place.js";
import { type S3Server, s3Server } from "../servers/s3-server.js";
import { type WritingParts, writingParts } from "./writing-parts.js";

let server: S3Server;
afterEach(() => server.close());

async function partsOf(settings = {}): Promise<WritingParts> {
  const parts = await writingParts(await openRemote(server.url, server.connect), { settings });
  return { ...parts, connect: { ...parts.connect, ...server.connect } };
}

async function manifestNow(parts: WritingParts) {
  const read = await readManifest(parts.remote);
  if (read === undefined || read === "unchanged") throw new Error("no manifest");
  return read.manifest;
}

describe("a bundle on S3", () => {
  it("to which eight writers add at the same time has all their items, and no object too many", async () => {
    server = await s3Server();
    const writers = await Promise.all(Array.from({ length: 8 }, () => partsOf()));
    await Promise.all(
      writers.map(async (parts, writer) => {
        // One of its own each time, one that all replace, and one that goes again.
        for (let index = 0; index < 4; index++) {
          await addItem(parts, `own-${writer}-${index}`, { writer, index });
          await addItem(parts, "shared", { writer, index });
          await addItem(parts, `gone-${writer}`, index);
          await deleteItem(parts, `gone-${writer}`);
        }
      }),
    );
    const { items } = await manifestNow(writers[0]!);
    expect(items.size).toBe(8 * 4 + 1);
    const named = Array.from(items.values(), ({ file }) => file!).sort();
    const stored: string[] = [];
    for await (const { path } of writers[0]!.remote.list!()) if (path.startsWith("items/")) stored.push(path);
    expect(stored.sort()).toEqual(named);
  });

  it("that grows large has the data next to it, by an address that any service resolves", async () => {
    server = await s3Server();
    const parts = await partsOf({ largeFilePolicy: { sizeThreshold: 10 } });
    const added = await addItem(parts, "x", "more than ten bytes");
    expect(added.reference).toMatch(/^\.\.\/large\/one\/x\./);
    const { storage, path } = await itemPlace(parts, "x", (await manifestNow(parts)).items.get("x")!);
    expect(storage.url).toBe("s3://lab/bundles/large/one");
    expect((await storage.head(path))!.byteLength).toBe(19);
  });

  it("of a service without conditional writes is changed all the same, with a warning", async () => {
    server = await s3Server({ conditionalWrites: false });
    const parts = await partsOf();
    for (let index = 0; index < 3; index++) await addItem(parts, `item-${index}`, index);
    expect((await manifestNow(parts)).items.size).toBe(3);
    expect(parts.warnings()).toEqual(["no-conditional-writes"]);
  });

  it("of a service that ignores conditions is not trusted to keep them", async () => {
    server = await s3Server({ conditionalWrites: "ignored" });
    const parts = await partsOf();
    await addItem(parts, "a", 1);
    expect(parts.warnings()).toEqual(["no-conditional-writes"]);
  });

  it("whose answers are lost on the way is changed once", async () => {
    server = await s3Server();
    const parts = await partsOf();
    await addItem(parts, "a", 1);
    let lost = 0;
    server.fault = ({ method, path }) =>
      method === "PUT" && path.endsWith("items.json") && lost++ === 0 ? { resetBeforeAnswer: "afterWork" } : undefined;
    const added = await addItem(parts, "a", 2);
    server.fault = () => undefined;
    expect(lost).toBeGreaterThan(0);
    expect(added.replaced).toBe(true);
    const stored: string[] = [];
    for await (const { path } of parts.remote.list!()) if (path.startsWith("items/")) stored.push(path);
    expect(stored).toEqual([added.file]);
  });
});
