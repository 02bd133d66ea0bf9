import { cp, open as openFile, readdir, rm, stat, truncate } from "node:fs/promises";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { expectBytes } from "./expect-bytes.js";
import { type FolioGround, folioGround } from "./folio-ground.js";
import { sampleBytes } from "./published-bundle.js";

const items = { small: sampleBytes(900, 1), medium: sampleBytes(70_000, 2), large: sampleBytes(1_500_000, 3) };

/** What is done to a file of `size` bytes. */
const damages: Readonly<Record<string, (path: string, size: number) => Promise<void>>> = {
  deleted: (path) => rm(path),
  emptied: (path) => truncate(path, 0),
  "cut to a half": (path, size) => truncate(path, Math.floor(size / 2)),
  "cut by a byte": (path, size) => truncate(path, Math.max(size - 1, 0)),
  "flipped at its beginning": (path, size) => flip(path, Math.min(30, size - 1)),
  "flipped in the middle": (path, size) => flip(path, Math.floor(size / 2)),
  "flipped at its end": (path, size) => flip(path, size - 1),
};

async function flip(path: string, at: number): Promise<void> {
  const file = await openFile(path, "r+");
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, at);
    byte[0]! ^= 0x40;
    await file.write(byte, 0, 1, at);
  } finally {
    await file.close();
  }
}

async function filled(ground: FolioGround): Promise<string[]> {
  for (const [name, bytes] of Object.entries(items)) ground.bundle.put(name, bytes);
  const folio = await ground.open();
  for (const name of Object.keys(items)) await folio.get(name);
  await folio.close();
  return filesIn(ground.directory);
}

/** Regular files that hold something. */
async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const sizes = await Promise.all(files.map(async (path) => (await stat(path)).size));
  return files.filter((_, i) => sizes[i]! > 0).map((path) => relative(directory, path));
}

test.each(Object.keys(damages))("whichever file of the cache is %s, the next read is right", async (what) => {
  const ground = await folioGround();
  const files = await filled(ground);
  expect(files.length).toBeGreaterThan(2);
  for (const file of files) {
    const directory = `${ground.directory}-${what.replaceAll(" ", "-")}`;
    await cp(ground.directory, directory, { recursive: true });
    try {
      const path = join(directory, file);
      await damages[what]!(path, (await stat(path)).size);
      const folio = await ground.open({ cache: { directory } });
      for (const [name, bytes] of Object.entries(items)) expectBytes(await folio.get(name), bytes);
      for (const [name, bytes] of Object.entries(items)) expectBytes(await folio.get(name), bytes);
      await folio.close();
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
});

test.each(["deleted", "emptied", "cut to a half", "flipped in the middle", "flipped at its end"])(
  "in strict mode a copy that was %s is an error once, and then fetched again",
  async (what) => {
    const ground = await folioGround();
    const files = await filled(ground);
    const blobs = await Promise.all(
      files.map(async (file) => ({ file, size: (await stat(join(ground.directory, file))).size })),
    );
    const { file } = blobs.find(({ size }) => size >= items.large.byteLength && size < items.large.byteLength * 1.2)!;
    const path = join(ground.directory, file);
    await damages[what]!(path, (await stat(path)).size);
    const folio = await ground.open({ cache: { strictMode: true } });
    const error = await folio.get("large").then(
      () => "no error",
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: "damaged-copy", facts: { item: "large" } });
    expect(ground.warnings()).toContain("damaged-copy");
    expectBytes(await folio.get("large"), items.large);
    expectBytes(await folio.get("large"), items.large);
  },
);

test("damage that shows while a stream is read ends it with an error, and the next stream is right", async () => {
  const ground = await folioGround();
  const files = await filled(ground);
  for (const file of files) {
    const path = join(ground.directory, file);
    if ((await stat(path)).size >= items.large.byteLength) await flip(path, 1_400_000);
  }
  const folio = await ground.open();
  const read = async () => {
    const pieces: Uint8Array[] = [];
    for await (const piece of await folio.stream("large")) pieces.push(piece as Uint8Array);
    return new Uint8Array(Buffer.concat(pieces));
  };
  const before = await read().catch((error: unknown) => error);
  if (before instanceof Uint8Array) expectBytes(before, items.large);
  else expect(before).toMatchObject({ code: "damaged-blob" });
  expectBytes(await read(), items.large);
});
