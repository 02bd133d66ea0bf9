import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Cache, type CacheEvent, LarderError } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";
import { afterEach, describe, expect, test } from "vitest";
import { indexKey, keyBytes } from "../src/entry-key.js";
import { type OpenStore, openStore } from "../src/open-store.js";
import { readBytes, sampleBlob, sampleBytes } from "./sample-blob.js";
import { cacheDirectory } from "./temporary-directory.js";

const sizeBytes = 200_000;
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

interface Scene {
  readonly backend: LmdbBackend;
  readonly warnings: string[];
  /** The files of blobs, absolute. */
  files(): string[];
}

function scene(): Scene {
  const warnings: string[] = [];
  const backend = new LmdbBackend({
    directory: cacheDirectory(),
    onEvent: (event: CacheEvent) => event.type === "warning" && warnings.push(event.code),
  });
  opened.push(backend);
  const files = () =>
    readdirSync(join(backend.directory, "blobs"), { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name));
  return { backend, warnings, files };
}

/** The store behind a backend, joined as a second user would. */
async function storeOf(backend: LmdbBackend): Promise<OpenStore> {
  await backend.getBlob("any");
  const store = await openStore(backend.directory, () => {});
  opened.unshift({ close: () => store.leave() });
  return store;
}

function overwrite(file: string, at: number, change: (byte: number) => number): void {
  const bytes = readFileSync(file);
  bytes[at] = change(bytes[at]!);
  chmodSync(file, 0o600);
  writeFileSync(file, bytes);
}

const fileDamage: Record<string, (file: string) => void> = {
  "with a flipped bit at its start": (file) => overwrite(file, 0, (byte) => byte ^ 1),
  "with a flipped bit in its middle": (file) => overwrite(file, 100_000, (byte) => byte ^ 128),
  "with a flipped bit at its end": (file) => overwrite(file, sizeBytes - 1, (byte) => byte ^ 16),
  "that was cut short": (file) => truncateSync(file, sizeBytes - 1),
  "that was emptied": (file) => truncateSync(file, 0),
  "that has grown": (file) => {
    chmodSync(file, 0o600);
    writeFileSync(file, "x", { flag: "a" });
  },
  "that was deleted": (file) => rmSync(file),
  "that became a directory": (file) => {
    rmSync(file);
    mkdirSync(file);
  },
  "that became a link to a file with other bytes": (file) => {
    renameSync(file, `${file}.moved`);
    overwrite(`${file}.moved`, 5, (byte) => byte + 1);
    symlinkSync(`${file}.moved`, file);
  },
};

describe("a file blob", () => {
  test.each(Object.keys(fileDamage))("%s is a miss and a warning, and can be stored again", async (way) => {
    const { backend, warnings, files } = scene();
    const cache = new Cache({ backend });
    const bytes = sampleBytes(sizeBytes, 1);
    await cache.set("key", bytes);
    fileDamage[way]!(files()[0]!);
    expect(await cache.get("key")).toBeUndefined();
    expect(warnings).toHaveLength(1);
    expect(await backend.getBlob("key")).toBeUndefined();
    expect(warnings).toHaveLength(1);
    await cache.set("key", bytes);
    expect(await cache.get("key")).toEqual(bytes);
    expect((await backend.check()).problems).toEqual([]);
  });

  test("that is damaged in one chunk is read elsewhere, and refused there", async () => {
    const { backend, warnings, files } = scene();
    const bytes = sampleBytes(sizeBytes, 1);
    await backend.setBlob("key", await sampleBlob(bytes));
    overwrite(files()[0]!, 70_000, (byte) => byte ^ 1);
    const stored = (await backend.getBlob("key"))!;
    expect(await stored.source.slice(140_000, 150_000)).toEqual(bytes.slice(140_000, 150_000));
    await expect(stored.source.slice(65_536, 65_537)).rejects.toSatisfy((error) =>
      LarderError.isInstance(error, "damaged-blob"),
    );
    expect(warnings).toEqual(["damaged-blob"]);
    expect(readdirSync(join(backend.directory, "quarantine"))).toHaveLength(1);
    expect(await backend.getBlob("key")).toBeUndefined();
    await stored.close!();
  });

  test("that is damaged in one chunk is read into memories elsewhere, and refused where they are only near it", async () => {
    const { backend, warnings, files } = scene();
    const bytes = sampleBytes(sizeBytes, 1);
    await backend.setBlob("key", await sampleBlob(bytes));
    overwrite(files()[0]!, 70_000, (byte) => byte ^ 1);
    const { source, close } = (await backend.getBlob("key"))!;
    const elsewhere = [new Uint8Array(60_000), new Uint8Array(8000)];
    await source.readInto!(132_000, elsewhere);
    expect(Buffer.concat(elsewhere).compare(bytes, 132_000, 200_000)).toBe(0);
    expect(warnings).toEqual([]);
    const near = [new Uint8Array(10_000), new Uint8Array(60_000)];
    await expect((async () => source.readInto!(80_000, near))()).rejects.toMatchObject({ code: "damaged-blob" });
    expect(warnings).toEqual(["damaged-blob"]);
    expect(await backend.getBlob("key")).toBeUndefined();
    await close!();
  });

  test("whose twin was found damaged is a miss too, and neither is counted afterwards", async () => {
    const { backend, files } = scene();
    const blob = await sampleBlob(sampleBytes(sizeBytes, 1));
    await backend.setBlob("a", blob);
    await backend.setBlob("b", blob);
    overwrite(files()[0]!, 0, (byte) => byte ^ 1);
    await expect(readBytes(backend, "a")).rejects.toThrow("damaged");
    expect(await readBytes(backend, "b")).toBeUndefined();
    const { problems, notes } = await backend.check();
    expect({ problems, notes: notes.map(({ kind }) => kind) }).toEqual({ problems: [], notes: ["quarantined-file"] });
  });
});

describe("a row", () => {
  test("with any byte changed is a miss, a warning and a file in quarantine", async () => {
    const { backend, warnings } = scene();
    await backend.setBlob("key", await sampleBlob(sampleBytes(20, 1), { origin: "me" }));
    const store = await storeOf(backend);
    const place = indexKey(keyBytes("key"));
    const sound = Buffer.from(store.environment.entries.read(place)!);
    // The last 8 say when it was stored, for eviction alone.
    const checkedBytes = sound.byteLength - 8;
    for (let at = 0; at < checkedBytes; at++) {
      const damaged = Buffer.from(sound);
      damaged[at]! ^= 1 << (at % 8);
      store.environment.transact(() => store.environment.entries.write(place, damaged));
      expect(await backend.getBlob("key"), `byte ${at}`).toBeUndefined();
    }
    expect(warnings).toEqual(Array(checkedBytes).fill("damaged-blob"));
    expect(readdirSync(join(backend.directory, "quarantine"))).toHaveLength(checkedBytes);
    // Rows were planted that the account does not know of.
    const { problems, entries } = await backend.check({ fix: true });
    expect(new Set(problems.map(({ kind }) => kind))).toEqual(new Set(["wrong-volume"]));
    expect(entries).toBe(0);
    expect((await backend.check()).problems).toEqual([]);
  });

  test.each([0, 10, 24, 60])("cut to %i bytes is a miss", async (length) => {
    const { backend } = scene();
    await backend.setBlob("key", await sampleBlob(sampleBytes(20, 1)));
    const store = await storeOf(backend);
    const place = indexKey(keyBytes("key"));
    const sound = Buffer.from(store.environment.entries.read(place)!);
    store.environment.transact(() => store.environment.entries.write(place, sound.subarray(0, length)));
    expect((await backend.check()).problems.map(({ kind }) => kind)).toEqual(["wrong-volume", "entry-damaged"]);
    expect(await backend.getBlob("key")).toBeUndefined();
  });

  test("of one key is never taken for another's", async () => {
    const { backend } = scene();
    await backend.setBlob("one", await sampleBlob(sampleBytes(20, 1)));
    const store = await storeOf(backend);
    const row = Buffer.from(store.environment.entries.read(indexKey(keyBytes("one")))!);
    store.environment.transact(() => store.environment.entries.write(indexKey(keyBytes("two")), row));
    expect(await backend.getBlob("two")).toBeUndefined();
    expect(await readBytes(backend, "one")).toEqual(sampleBytes(20, 1));
  });

  test("of a signature with a changed byte counts as absent", async () => {
    const { backend, warnings } = scene();
    const signature = { nodeName: "a/b", codeHash: "1", envHash: "2", inputsHash: "3", depsHash: "4", timestamp: 5 };
    await backend.setMeta(signature);
    const store = await storeOf(backend);
    const place = indexKey(keyBytes("a/b"));
    const damaged = Buffer.from(store.environment.signatures.read(place)!);
    damaged[40]! ^= 1;
    store.environment.transact(() => store.environment.signatures.write(place, damaged));
    expect(await backend.getMeta("a/b")).toBeUndefined();
    expect(warnings).toEqual(["damaged-signature"]);
    await backend.setMeta(signature);
    expect(await backend.getMeta("a/b")).toEqual(signature);
  });
});

describe("the list of chunk digests", () => {
  test.each(["lost", "damaged", "another's"])(
    "when %s, does not keep a sound blob from being read in part",
    async (way) => {
      const { backend } = scene();
      const bytes = sampleBytes(sizeBytes, 1);
      await backend.setBlob("key", await sampleBlob(bytes));
      const store = await storeOf(backend);
      const { chunks } = store.environment;
      const key = chunks.keysFrom(Buffer.of(0), 1)[0]!;
      const row = Buffer.from(chunks.read(key)!);
      store.environment.transact(() => {
        if (way === "lost") chunks.remove(key);
        else if (way === "damaged") chunks.write(key, row.fill(7, 60, 64));
        else chunks.write(key, row.fill(0));
      });
      const stored = (await backend.getBlob("key"))!;
      expect(await stored.source.slice(70_000, 70_010)).toEqual(bytes.slice(70_000, 70_010));
      await stored.close!();
    },
  );
});

test("what check reports is named as data, and reading it does not change it", async () => {
  const { backend, files } = scene();
  await backend.setBlob("lost", await sampleBlob(sampleBytes(sizeBytes, 1)));
  const [lost] = files();
  await backend.setBlob("damaged", await sampleBlob(sampleBytes(sizeBytes, 2)));
  const damaged = files().find((file) => file !== lost)!;
  rmSync(lost!);
  overwrite(damaged, 0, (byte) => byte ^ 1);
  const { directory } = backend;
  const orphan = join(directory, "blobs", "00", "00", "00".repeat(32));
  mkdirSync(join(directory, "blobs", "00", "00"), { recursive: true });
  writeFileSync(orphan, "");
  writeFileSync(join(directory, "blobs", "00", "note"), "");
  writeFileSync(join(directory, "note.txt"), "");
  writeFileSync(join(directory, "tmp", "note"), "");
  writeFileSync(join(directory, "quarantine", "note"), "");
  const before = readdirSync(directory, { recursive: true }).sort();
  const { problems, notes, entries, files: sound } = await backend.check();
  expect([...problems, ...notes].map(({ kind, what }) => `${kind} ${what.slice(0, 20)}`).sort()).toEqual([
    "entry-without-file lost",
    `file-damaged ${damaged.slice(directory.length + 1).slice(0, 20)}`,
    "file-without-row blobs/00/00/00000000",
    "foreign-file blobs/00/note",
    "foreign-file note.txt",
    "foreign-file tmp/note",
    "quarantined-file quarantine/note",
  ]);
  expect({ entries, sound }).toEqual({ entries: 2, sound: 0 });
  expect(readdirSync(directory, { recursive: true }).sort()).toEqual(before);
  await backend.clear();
  expect(existsSync(orphan)).toBe(false);
});
