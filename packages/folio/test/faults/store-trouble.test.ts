import { execFileSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CacheBackend, LarderError, MemoryCache } from "@larder/core";
import { expect, onTestFinished, test } from "vitest";
import { expectBytes } from "../reading/expect-bytes.js";
import { folioGround } from "../reading/folio-ground.js";
import { sampleBytes } from "../reading/published-bundle.js";

const small = sampleBytes(5000, 1);
const large = sampleBytes(3 << 20, 2);

test("an item larger than the whole cache is served from the remote, with one warning, and the cache stays valid", async () => {
  const { bundle, open, requests, warnings } = await folioGround();
  bundle.put("small", small);
  bundle.put("large", large);
  const folio = await open({ cache: { maxCacheSize: "1MB" } });
  expectBytes(await folio.get("small"), small);
  expectBytes(await folio.get("large"), large);
  expectBytes(await folio.get("large"), large);
  expect(warnings()).toEqual(["not-cached"]);
  requests();
  expectBytes(await folio.get("small"), small);
  expect(requests()).toEqual([]);
});

test("where partial downloads can't be written, items are cached all the same", async () => {
  const { bundle, directory, open, requests, warnings } = await folioGround();
  bundle.put("large", large);
  const folio = await open();
  await rm(join(directory, "downloads"), { recursive: true });
  await writeFile(join(directory, "downloads"), "in the way");
  expectBytes(await folio.get("large"), large);
  expect(warnings()).toEqual(["not-cached"]);
  requests();
  expectBytes(await folio.get("large"), large);
  expect(requests()).toEqual([]);
});

test("a directory that can't be used is passed over with a warning", async () => {
  const { bundle, open, warnings } = await folioGround();
  bundle.put("small", small);
  // Nobody may make a folder there, root neither.
  const folio = await open({ cache: { directory: "/sys/folio-cache" } });
  expectBytes(await folio.get("small"), small);
  expectBytes(await folio.get("small"), small);
  expect(warnings()).toEqual(["not-cached"]);
});

test.each(["ENOSPC", "EACCES", "EMFILE", "EIO", "EROFS"])(
  "when every write fails with %s, values come from the remote, with one warning",
  async (code) => {
    const { bundle, open, warnings } = await folioGround();
    bundle.put("small", small);
    bundle.put("large", large);
    const { backend, begin } = failing(new MemoryCache(), code);
    const folio = await open({ cache: { directory: undefined, backend } });
    begin();
    for (let i = 0; i < 2; i++) {
      expectBytes(await folio.get("small"), small);
      expectBytes(await folio.get("large"), large);
      expectBytes(await read(await folio.stream("large")), large);
    }
    // The leases tell of their own trouble, too.
    expect(warnings().filter((told) => told !== "backend-failed")).toEqual(["not-cached"]);
  },
);

test("with no file left to be opened, an item is served from the remote, and cached once there are", async () => {
  const { bundle, open, requests, warnings } = await folioGround();
  bundle.put("small", small);
  bundle.put("large", large);
  const folio = await open();
  // Opens the connection that is used again.
  expectBytes(await folio.get("small"), small);
  const { restore } = withoutFiles();
  try {
    expectBytes(await folio.get("large"), large);
  } finally {
    restore();
  }
  expect(warnings()).toContain("not-cached");
  expectBytes(await folio.get("large"), large);
  requests();
  expectBytes(await folio.get("large"), large);
  expectBytes(await folio.get("small"), small);
  expect(requests()).toEqual([]);
});

test("a disk without room serves items from the remote, and keeps what it has", async (context) => {
  const disk = await mkdtemp(join(tmpdir(), "folio-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m,mode=700", "none", disk], { stdio: "ignore" });
  } catch {
    await rm(disk, { recursive: true, force: true });
    context.annotate("Not run: this user may not mount a small file system.");
    return;
  }
  onTestFinished(async () => {
    execFileSync("umount", ["-l", disk]);
    await rm(disk, { recursive: true, force: true });
  });
  const { bundle, open, warnings } = await folioGround();
  bundle.put("small", small);
  bundle.put("large", large);
  bundle.put("other", sampleBytes(3 << 20, 7));
  const folio = await open({ cache: { directory: disk } });
  for (let i = 0; i < 2; i++) {
    expectBytes(await folio.get("small"), small);
    expectBytes(await folio.get("large"), large);
    expectBytes(await folio.get("other"), sampleBytes(3 << 20, 7));
  }
  expect(new Set(warnings())).toEqual(new Set(["not-cached"]));
});

/** From `begin` on everything that writes fails with this code. */
function failing(memory: MemoryCache, code: string): { readonly backend: CacheBackend; readonly begin: () => void } {
  let fails = false;
  const fail = async () => {
    throw new LarderError(`The write failed with ${code}.`, { code: "backend-failed", facts: { code } });
  };
  const backend = new Proxy(memory, {
    get(target, name) {
      if (fails && (name === "setBlob" || name === "transaction" || name === "acquireLease")) return fail;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return {
    backend,
    begin: () => {
      fails = true;
    },
  };
}

/** Takes all file descriptors there are. */
function withoutFiles(): { restore: () => void } {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync("/dev/null", "r"));
  } catch {
    // None is left.
  }
  return { restore: () => taken.forEach((descriptor) => void closeSync(descriptor)) };
}

async function read(stream: AsyncIterable<unknown>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece as Uint8Array);
  return new Uint8Array(Buffer.concat(pieces));
}
