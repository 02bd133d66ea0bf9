import { describe, expect, it } from "vitest";
import { changeManifest, type ManifestChange } from "../../src/manifest/change-manifest.js";
import type { Manifest } from "../../src/manifest/manifest.js";
import { readManifest } from "../../src/manifest/read-manifest.js";
import { serializeManifest } from "../../src/manifest/serialize-manifest.js";
import { RemoteError } from "../../src/remote/remote-error.js";
import { type MemoryStorage, memoryStorage, unreachable } from "../memory-storage.js";

const clock = { now: () => Date.UTC(2026, 0, 31, 12), monotonic: () => 0 };
const noSleep = { clock, sleep: async () => {}, random: () => 0.5 };

/** Adds an item, unless it is there. */
function adds(name: string): ManifestChange {
  return (manifest) =>
    manifest.items.has(name)
      ? undefined
      : { ...manifest, items: new Map([...manifest.items, [name, { kind: "file", file: `items/${name}` }]]) };
}

/** What somebody else writes, at once. */
function elsewhere(storage: MemoryStorage, name: string): void {
  const text = storage.text("items.json");
  const items = text === undefined ? {} : JSON.parse(text).items;
  storage.objects.set(
    "items.json",
    new TextEncoder().encode(JSON.stringify({ items: { ...items, [name]: { kind: "file", file: name } } })),
  );
}

async function names(storage: MemoryStorage): Promise<string[]> {
  return Object.keys(JSON.parse(storage.text("items.json")!).items);
}

describe("a manifest is changed by compare and swap", () => {
  it("a bundle without one gets one, on the condition that it still has none", async () => {
    const storage = memoryStorage();
    const read = await changeManifest(storage, adds("a"), noSleep);
    expect(read.manifest).toMatchObject({
      createdAt: "2026-01-31T12:00:00.000Z",
      updatedAt: "2026-01-31T12:00:00.000Z",
    });
    expect(await readManifest(storage)).toEqual(read);
    expect(await readManifest(storage, { unlessVersion: read.version })).toBe("unchanged");
  });

  it("when two make the first one at once, both items are in it", async () => {
    const storage = memoryStorage();
    storage.before = ({ method }) => {
      if (method !== "write") return;
      storage.before = undefined;
      elsewhere(storage, "theirs");
    };
    await changeManifest(storage, adds("ours"), noSleep);
    expect(await names(storage)).toEqual(["ours", "theirs"]);
  });

  it("what somebody else wrote between reading and writing stays", async () => {
    const storage = memoryStorage();
    await changeManifest(storage, adds("a"), noSleep);
    let others = 3;
    storage.before = ({ method }) => {
      if (method === "write" && others-- > 0) elsewhere(storage, `other-${others}`);
    };
    await changeManifest(storage, adds("b"), noSleep);
    expect(await names(storage)).toEqual(["a", "b", "other-0", "other-1", "other-2"]);
  });

  it("a change that is there already is not written again", async () => {
    const storage = memoryStorage();
    await changeManifest(storage, adds("a"), noSleep);
    storage.requests.length = 0;
    await changeManifest(storage, adds("a"), noSleep);
    expect(storage.requests.map(({ method }) => method)).toEqual(["read"]);
  });

  it("a write whose answer was lost, and which then conflicts with itself, is done", async () => {
    const storage = memoryStorage();
    storage.after = ({ method }) => {
      if (method !== "write") return;
      storage.after = undefined;
      throw new RemoteError("conflict", { code: "remote-conflict", facts: {} });
    };
    await changeManifest(storage, adds("a"), noSleep);
    expect(storage.requests.map(({ method }) => method)).toEqual(["read", "write", "read"]);
  });

  it("pauses grow, are spread at random, and end at a second", async () => {
    const storage = memoryStorage();
    const pauses: number[] = [];
    storage.before = ({ method }) => {
      if (method === "write") elsewhere(storage, `other-${pauses.length}`);
    };
    const options = { ...noSleep, tries: 10, sleep: async (pause: number) => void pauses.push(pause) };
    await expect(changeManifest(storage, adds("a"), options)).rejects.toMatchObject({
      code: "manifest-contended",
      message: expect.stringContaining("10 tries"),
    });
    expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 500, 500, 500, 500]);
  });

  it("an abort ends the waiting", async () => {
    const storage = memoryStorage();
    storage.before = ({ method }) => {
      if (method === "write") elsewhere(storage, "other");
    };
    const controller = new AbortController();
    const options = { ...noSleep, signal: controller.signal, sleep: async () => controller.abort(new Error("enough")) };
    await expect(changeManifest(storage, adds("a"), options)).rejects.toThrow("enough");
  });

  it("a manifest that can't be read is never overwritten, and the error names the bundle", async () => {
    for (const text of ["{", '{"formatVersion":2,"items":{}}', '{"items":{"x":7}}']) {
      const storage = memoryStorage({ objects: [["items.json", new TextEncoder().encode(text)]] });
      await expect(changeManifest(storage, adds("a"), noSleep)).rejects.toMatchObject({
        code: expect.stringMatching(/invalid-manifest|newer-format/),
        message: expect.stringContaining("memory://bundle"),
        facts: expect.objectContaining({ url: "memory://bundle" }),
      });
      expect(storage.text("items.json")).toBe(text);
    }
  });

  it("a storage that can only be read says so before anything is asked of it", async () => {
    const { write: _, ...storage } = memoryStorage();
    await expect(changeManifest(storage, adds("a"), noSleep)).rejects.toMatchObject({ code: "remote-read-only" });
  });

  it("trouble with the network is passed on", async () => {
    const storage = memoryStorage();
    storage.before = ({ method, path }) => {
      if (method === "write") throw unreachable(path);
    };
    await expect(changeManifest(storage, adds("a"), noSleep)).rejects.toMatchObject({ code: "remote-unreachable" });
  });
});

describe("a service without conditional writes", () => {
  for (const conditionalWrites of [false, "probe"] as const) {
    it(`is told of once, and what was written is read back (${conditionalWrites})`, async () => {
      const storage = memoryStorage({ abilities: { conditionalWrites } });
      if (conditionalWrites === "probe") refuseConditions(storage);
      let told = 0;
      await changeManifest(storage, adds("a"), { ...noSleep, onUnguarded: () => void told++ });
      expect(told).toBe(1);
      expect(storage.requests.at(-1)!.method).toBe("read");
      expect(await names(storage)).toEqual(["a"]);
    });
  }

  it("what a writer at the same moment has undone is written again", async () => {
    const storage = memoryStorage({ abilities: { conditionalWrites: false } });
    let undone = 2;
    storage.after = ({ method }) => {
      if (method !== "write" || undone-- <= 0) return;
      storage.objects.delete("items.json");
      elsewhere(storage, "theirs");
    };
    await changeManifest(storage, adds("ours"), noSleep);
    expect(await names(storage)).toEqual(["ours", "theirs"]);
  });

  it("a change learns that it was written before", async () => {
    const storage = memoryStorage({ abilities: { conditionalWrites: false } });
    const seen: (readonly [boolean, number])[] = [];
    const change: ManifestChange = (manifest: Manifest, written) => {
      seen.push([written, manifest.items.size]);
      return written ? undefined : adds("a")(manifest, written);
    };
    await changeManifest(storage, change, noSleep);
    expect(seen).toEqual([
      [false, 0],
      [true, 1],
    ]);
  });

  it("a storage that tells no versions is treated alike", async () => {
    const storage = memoryStorage();
    storage.objects.set("items.json", serializeManifest({ formatVersion: 1, items: new Map() }));
    const read = storage.read;
    storage.read = async (path, options) => {
      const answer = await read(path, options);
      return answer.status === "found" ? { ...answer, object: { ...answer.object, version: undefined } } : answer;
    };
    let told = 0;
    await changeManifest(storage, adds("a"), { ...noSleep, onUnguarded: () => void told++ });
    expect(told).toBe(1);
    expect(await names(storage)).toEqual(["a"]);
  });
});

/** As services do that find out only when they are asked. */
function refuseConditions(storage: MemoryStorage): void {
  const write = storage.write;
  storage.write = async (path, body, options) => {
    if (options?.ifVersion !== undefined) {
      throw new RemoteError("no conditions", { code: "remote-no-conditions", facts: { path } });
    }
    return write(path, body, options);
  };
}
