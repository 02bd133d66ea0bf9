import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { readManifest } from "../../src/manifest/read-manifest.js";
import { openRangedTable } from "../../src/ranges/open-ranged-table.js";
import { openRemote } from "../../src/remote/open-remote.js";
import type { RemoteStorage } from "../../src/remote/remote-storage.js";
import { addItem } from "../../src/writing/add-item.js";
import { itemPlace } from "../../src/writing/item-place.js";
import { type MemoryStorage, memoryStorage } from "../memory-storage.js";
import { objectServer } from "../servers/object-server.js";
import { type WritingParts, writingParts } from "../writing/writing-parts.js";
import { difference, sampleTable } from "./sample-tables.js";

const rows = 12_000;
const columns = ["price", "volume", "note"];
const cleanups: (() => unknown)[] = [];
const published: MemoryStorage = memoryStorage();

beforeAll(async () => {
  const parts = await writingParts(published);
  await addItem(parts, "flights", sampleTable(rows, 3));
  await parts.close();
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** What was published, served over HTTP, and a reader with an empty cache. */
async function served() {
  const server = await objectServer();
  cleanups.push(() => server.close());
  for (const [path, bytes] of published.objects) server.put(path, bytes);
  const remote: RemoteStorage = await openRemote(server.url, { sleep: async () => {} });
  cleanups.push(() => remote.close?.());
  const parts: WritingParts = await writingParts(remote);
  cleanups.push(() => parts.close());
  const read = await readManifest(remote);
  if (read === undefined || read === "unchanged") throw new Error("no manifest");
  const item = read.manifest.items.get("flights")!;
  server.forget();
  const differenceRead = async (): Promise<string | undefined> => {
    const table = await openRangedTable(parts, "flights", item, await itemPlace(parts, "flights", item));
    const found = await table.scan().select(columns).toArrow();
    await table.close();
    return difference(found, sampleTable(rows, 3), columns);
  };
  return { server, parts, item, difference: differenceRead };
}

describe("a table as add() has published it, read over HTTP", () => {
  it("is read by ranges of whole chunks, and the second time without a request", async () => {
    const { server, item, difference } = await served();
    expect(item.chunks?.chunkBytes).toBe(16_384);
    expect(await difference()).toBeUndefined();
    expect(server.requests.some(({ path }) => path.endsWith(".chunks"))).toBe(true);
    server.forget();
    expect(await difference()).toBeUndefined();
    expect(server.requests).toEqual([]);
  });

  it("is right although any one answer has an altered bit, wherever it lies, and nothing wrong is kept", async () => {
    const { server: first, difference: plain } = await served();
    await plain();
    const answers = first.requests.length;
    for (let nth = 0; nth < answers; nth++) {
      for (const corruptByteAt of [0, 20_000]) {
        const { server, parts, difference } = await served();
        server.fault = (_, request) => (request === nth ? { corruptByteAt } : undefined);
        expect(await difference(), `answer ${nth}, byte ${corruptByteAt}`).toBeUndefined();
        // An answer may be shorter than that.
        if (corruptByteAt === 0) expect(parts.warnings()).toEqual(["checksum-mismatch"]);
        server.fault = undefined;
        server.forget();
        expect(await difference()).toBeUndefined();
        expect(server.requests).toEqual([]);
      }
    }
  });

  it("that stays altered is an error with a code, and no rows", async () => {
    const { server, difference } = await served();
    server.fault = ({ path }) => (path.endsWith(".parquet") ? { corruptByteAt: 9 } : undefined);
    await expect(difference()).rejects.toMatchObject({ code: "checksum-mismatch", facts: { item: "flights" } });
  });
});
