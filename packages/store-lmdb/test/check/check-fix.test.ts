import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { contentDigest } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";
import { afterEach, describe, expect, test } from "vitest";
import { addressKey, blobPath } from "../../src/blob-address.js";
import { writeBlobRow } from "../../src/blob-rows.js";
import { indexKey, keyBytes } from "../../src/entry-key.js";
import { journalPath } from "../../src/journal/journal.js";
import { writeLeaseRow } from "../../src/leases/lease-row.js";
import type { TableName } from "../../src/lmdb-environment.js";
import { type OpenStore, openStore } from "../../src/open-store.js";
import { orderMore } from "../../src/order/entry-order.js";
import { ownedFileName } from "../../src/owned-file-name.js";
import { rowKinds } from "../../src/row-format.js";
import { encodeNumbers } from "../../src/space/number-row.js";
import { readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

interface Scene {
  readonly backend: LmdbBackend;
  readonly store: OpenStore;
}

const large = (seed: number) => sampleBytes(100_000, seed);
const address = (seed: number) => ({ folder: "blobs" as const, digest: contentDigest(large(seed)) });

/** Two entries with one file, two with files of their own, three in the index, with tags, expiry and an order. */
async function scene(): Promise<Scene> {
  const backend = new LmdbBackend({
    directory: cacheDirectory(),
    sizeLimitBytes: 50_000_000,
    evictionPolicy: "least-recently-used",
  });
  opened.push(backend);
  const record = { expiresAt: 9_999_999_999_999, tags: ["red", "green"], costSeconds: 1 };
  await backend.setBlob("shared 1", await sampleBlob(large(1), record));
  await backend.setBlob("shared 2", await sampleBlob(large(1)));
  await backend.setBlob("alone", await sampleBlob(large(2), { ...record, pinned: true }));
  await backend.setBlob("other", await sampleBlob(large(3), record));
  for (let i = 0; i < 3; i++) await backend.setBlob(`small ${i}`, await sampleBlob(sampleBytes(100, i), record));
  await backend.setMeta({ nodeName: "a/b", codeHash: "1", envHash: "2", inputsHash: "3", depsHash: "4", timestamp: 5 });
  backend.addToCounters({ hits: 3 });
  await backend.readCounters();
  await (await backend.getBlob("small 0"))?.close?.();
  const store = await openStore(backend.directory, () => {});
  opened.unshift({ close: () => store.leave() });
  // As when room was needed: until then no order is kept.
  for (let step = 0; step < 2; step++) await store.batches.run(() => orderMore(store));
  return { backend, store };
}

const place = (key: string) => indexKey(keyBytes(key));

/** Writes to the index behind everyone's back. */
function meddle({ store }: Scene, change: (environment: OpenStore["environment"]) => void): void {
  store.environment.transact(() => change(store.environment));
}

function damage(scene: Scene, table: TableName, key: Uint8Array): void {
  meddle(scene, (environment) => {
    const row = Buffer.from(environment[table].read(key)!);
    row[20]! ^= 8;
    environment[table].write(key, row);
  });
}

function firstKey({ store }: Scene, table: TableName): Uint8Array {
  store.environment.refresh();
  return store.environment[table].keysFrom(Buffer.of(0), 1)[0]!;
}

function overwrite(path: string): void {
  const bytes = readFileSync(path);
  bytes[5_000]! ^= 1;
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
}

/** The name of a process of this host that was started before the last boot. */
const dead = () => ownedFileName(".x").replace(/^([0-9a-f]{8})-[0-9a-f]{8}(.*)-[0-9a-f]{16}\.x$/, "$1-00000000$2");

interface Plant {
  readonly kinds: readonly string[];
  /** Keys whose values can't be kept. */
  readonly lost?: readonly string[];
  plant(scene: Scene): void | Promise<void>;
}

const plants: Record<string, Plant> = {
  "a damaged row of a value in the index": {
    kinds: ["entry-damaged", "wrong-order", "wrong-expiry", "wrong-tag"],
    lost: ["small 1"],
    plant: (scene) => damage(scene, "entries", place("small 1")),
  },
  "a damaged row of a file": {
    // Its record comes back from the journal.
    kinds: ["entry-damaged", "wrong-count", "wrong-expiry", "wrong-tag", "wrong-journal"],
    plant: (scene) => damage(scene, "entries", place("alone")),
  },
  "a row that stands under another's key": {
    kinds: ["entry-damaged", "wrong-volume"],
    plant: (scene) =>
      meddle(scene, ({ entries }) => entries.write(place("not mine"), Buffer.from(entries.read(place("small 2"))!))),
  },
  "a file that was deleted": {
    kinds: ["entry-without-file"],
    lost: ["shared 1", "shared 2"],
    plant: ({ backend }) => rmSync(blobPath(backend.directory, address(1))),
  },
  "a file that was changed": {
    kinds: ["file-damaged"],
    lost: ["alone"],
    plant: ({ backend }) => overwrite(blobPath(backend.directory, address(2))),
  },
  "a file that nobody knows": {
    kinds: ["file-without-row"],
    plant: ({ backend }) => {
      const path = blobPath(backend.directory, { folder: "tables", digest: "ab".repeat(32) });
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, "orphan");
    },
  },
  "a row of a file that is not there": {
    kinds: ["row-without-file", "wrong-volume", "wrong-count"],
    plant: (scene) =>
      meddle(scene, ({ blobs }) =>
        writeBlobRow(
          blobs,
          { folder: "blobs", digest: "cd".repeat(32) },
          { count: 0, byteLength: 5000 },
          scene.store.xxhash,
        ),
      ),
  },
  "counts that are too high, too low, missing and damaged": {
    kinds: ["wrong-count", "wrong-volume", "wrong-chunks"],
    plant: (scene) => {
      meddle(scene, ({ blobs }) => {
        writeBlobRow(blobs, address(1), { count: 9, byteLength: 100_000 }, scene.store.xxhash);
        blobs.remove(addressKey(address(3)));
      });
      damage(scene, "blobs", addressKey(address(2)));
    },
  },
  "a count that is too low": {
    kinds: ["wrong-count"],
    plant: (scene) =>
      meddle(scene, ({ blobs }) =>
        writeBlobRow(blobs, address(1), { count: 1, byteLength: 100_000 }, scene.store.xxhash),
      ),
  },
  "lists of chunk digests that are missing, damaged, and nobody's": {
    kinds: ["wrong-chunks"],
    plant: (scene) => {
      meddle(scene, ({ chunks }) => {
        chunks.write(
          addressKey({ folder: "blobs", digest: "ef".repeat(32) }),
          Buffer.from(chunks.read(addressKey(address(1)))!),
        );
        chunks.remove(addressKey(address(1)));
      });
      damage(scene, "chunks", addressKey(address(2)));
    },
  },
  "an account that is wrong": {
    kinds: ["wrong-volume"],
    plant: ({ store }) =>
      void store.transact(() =>
        store.space.account.add({ entries: 2, rowBytes: -500, fileBytes: 4096, reservedBytes: 9 }),
      ),
  },
  "an account that is damaged": {
    kinds: ["wrong-volume"],
    plant: (scene) => damage(scene, "space", Buffer.of(1)),
  },
  "an order that misses entries and holds others": {
    kinds: ["wrong-order"],
    plant: (scene) => {
      const key = firstKey(scene, "order");
      meddle(scene, ({ order, usage }) => {
        order.remove(key);
        order.write(Buffer.alloc(16, 1), place("nobody"));
        order.write(Buffer.alloc(3, 1), Buffer.of(1));
        usage.write(place("nobody"), Buffer.from("noise"));
      });
    },
  },
  "an order of expiry that misses entries and holds others": {
    kinds: ["wrong-expiry"],
    plant: (scene) => {
      const key = firstKey(scene, "expiry");
      meddle(scene, ({ expiry }) => {
        expiry.remove(key);
        expiry.write(Buffer.alloc(16, 1), Buffer.concat([Buffer.alloc(8), place("nobody")]));
        expiry.write(Buffer.alloc(5, 1), Buffer.of(1));
      });
    },
  },
  "tags that are missing, wrong, and damaged": {
    kinds: ["wrong-tag", "row-damaged"],
    plant: (scene) => {
      const key = firstKey(scene, "tagged");
      meddle(scene, ({ tagged }) => {
        tagged.remove(key);
        tagged.write(Buffer.concat([Buffer.alloc(8, 3), place("small 1")]), Buffer.of(1));
        tagged.write(Buffer.of(7), Buffer.of(1));
      });
      damage(scene, "tagNames", firstKey(scene, "tagNames"));
    },
  },
  "what the dead have left: reservations, leases, files in use, files in tmp": {
    kinds: ["dead-reservation", "wrong-volume", "dead-lease", "dead-use", "left-over"],
    plant: (scene) => {
      const { xxhash, root } = scene.store;
      const owner = dead();
      meddle(scene, ({ space, leases, uses }) => {
        const key = Buffer.alloc(9, 3);
        const rest = Buffer.from(owner);
        space.write(key, encodeNumbers({ kind: rowKinds.reservation, key, numbers: [4096], rest }, xxhash));
        writeLeaseRow(leases, "lease", { token: "t", owner, since: { now: 1, monotonic: 1 } }, xxhash);
        const use = Buffer.concat([addressKey(address(1)), rest]);
        uses.write(use, encodeNumbers({ kind: rowKinds.openFile, key: use, numbers: [1] }, xxhash));
      });
      writeFileSync(join(root, "tmp", `${owner}-0123456789abcdef.blob`), "half");
    },
  },
  "rows of signatures, leases and counters that are damaged": {
    kinds: ["row-damaged"],
    plant: (scene) => {
      damage(scene, "signatures", firstKey(scene, "signatures"));
      damage(scene, "counters", firstKey(scene, "counters"));
      meddle(scene, ({ leases }) => leases.write(place("lease"), Buffer.from("noise that is no row at all")));
    },
  },
  "a journal that lost its end": {
    kinds: ["wrong-journal"],
    plant: ({ backend }) => truncateSync(journalPath(backend.directory), 700),
  },
};

const values: Record<string, Uint8Array> = {
  "shared 1": large(1),
  "shared 2": large(1),
  alone: large(2),
  other: large(3),
  "small 0": sampleBytes(100, 0),
  "small 1": sampleBytes(100, 1),
  "small 2": sampleBytes(100, 2),
};

async function expectKept(backend: LmdbBackend, lost: readonly string[]): Promise<void> {
  for (const [key, bytes] of Object.entries(values)) {
    const found = await readBytes(backend, key);
    if (lost.includes(key)) expect(found, key).toBeUndefined();
    else expect(found !== undefined && Buffer.compare(found, bytes), key).toBe(0);
  }
}

describe("check", () => {
  test("finds nothing in a cache that is in order, with or without fixing", async () => {
    const { backend } = await scene();
    const sound = { problems: [], repaired: [], notes: [], entries: 7, signatures: 1, files: 3, fileBytes: 300_000 };
    expect(await backend.check()).toEqual(sound);
    expect(await backend.check({ fix: true })).toEqual(sound);
    await expectKept(backend, []);
  });

  test.each(Object.keys(plants))("names, and on request repairs: %s", async (name) => {
    const { kinds, lost = [], plant } = plants[name]!;
    const made = await scene();
    const { backend } = made;
    await plant(made);
    await made.store.batches.idle();
    const found = await backend.check();
    expect(new Set(found.problems.map(({ kind }) => kind)), JSON.stringify(found.problems)).toEqual(new Set(kinds));
    expect(found.repaired).toEqual([]);
    // Looking changed nothing.
    expect((await backend.check()).problems).toEqual(found.problems);
    const fixed = await backend.check({ fix: true });
    expect(fixed.problems.map(({ message }) => message)).toEqual(
      expect.arrayContaining(found.problems.map(({ message }) => message)),
    );
    expect(fixed.repaired).toEqual(fixed.problems);
    expect((await backend.check()).problems).toEqual([]);
    await expectKept(backend, lost);
    const tags: string[] = [];
    for await (const { tag, blobs } of backend.tags()) tags.push(`${tag} ${blobs}`);
    const tagged = ["shared 1", "alone", "other", "small 0", "small 1", "small 2"].filter((key) => !lost.includes(key));
    expect(tags).toEqual([`green ${tagged.length}`, `red ${tagged.length}`]);
    // It goes on being in order.
    await backend.deleteBlob("shared 1");
    await backend.setBlob("other", await sampleBlob(large(4)));
    expect((await backend.check()).problems).toEqual([]);
  });

  test("leaves what was put away and what is not Larder's to a person", async () => {
    const { backend } = await scene();
    writeFileSync(join(backend.directory, "quarantine", "something"), "");
    writeFileSync(join(backend.directory, "thesis.txt"), "");
    writeFileSync(join(backend.directory, "blobs", "note"), "");
    const { problems, notes } = await backend.check({ fix: true });
    expect(problems).toEqual([]);
    expect(notes.map(({ kind, what }) => `${kind} ${what}`)).toEqual([
      "foreign-file blobs/note",
      "foreign-file thesis.txt",
      "quarantined-file quarantine/something",
    ]);
    expect(existsSync(join(backend.directory, "thesis.txt"))).toBe(true);
    expect(readdirSync(join(backend.directory, "quarantine"))).toEqual(["something"]);
  });
});
