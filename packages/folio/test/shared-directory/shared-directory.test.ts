import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { FolioStore } from "../../src/cached/folio-store.js";
import { exportSharedDirectory } from "../../src/shared-directory/export-shared-directory.js";
import { blobName } from "../../src/shared-directory/exported-layout.js";
import { openSharedDirectory } from "../../src/shared-directory/open-shared-directory.js";
import { bundleUrl, memoryStore, putBundle, sha256 } from "../archive/archive-ground.js";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "larder-shared-"));
  cleanups.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const large = Buffer.alloc(3_000_000, "pattern");
const small = Buffer.from("hello");
const idOf = (bytes: Uint8Array): string => `sha256:${sha256(bytes)}`;

async function filledStore(): Promise<FolioStore> {
  const store = await memoryStore();
  cleanups.push(() => store.close());
  await putBundle(store, [
    { name: "large", bytes: large },
    { name: "small", bytes: small },
    { name: "same", bytes: small },
    { name: "empty", bytes: new Uint8Array(0) },
  ]);
  await putBundle(store, [{ name: "other", bytes: Buffer.from("other") }], "s3://lab/other");
  return store;
}

async function exported(): Promise<string> {
  const path = join(folder(), "shared");
  await exportSharedDirectory(await filledStore(), path);
  return path;
}

/** All files below a folder. */
function filesOf(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

describe("exporting a shared directory", () => {
  it("writes a list and each content once, for everybody to read, whatever the umask", async () => {
    const path = join(folder(), "shared");
    const before = process.umask(0o077);
    try {
      const report = await exportSharedDirectory(await filledStore(), path);
      expect(report).toEqual({ items: 5, bytes: 3_000_000 + 5 + 5, written: 4, damaged: [] });
    } finally {
      process.umask(before);
    }
    const blobs = [large, small, Buffer.alloc(0), Buffer.from("other")].map((bytes) => blobName(idOf(bytes)));
    expect(filesOf(path)).toEqual([...blobs, "manifest.json"].sort());
    expect(readFileSync(join(path, blobName(idOf(large)))).equals(large)).toBe(true);
    for (const file of filesOf(path)) expect(statSync(join(path, file)).mode & 0o777).toBe(0o644);
  });

  it("lists bundles and items as they were cached", async () => {
    const path = await exported();
    const bundles = await openSharedDirectory(path).bundles();
    expect(bundles.map(({ url, items }) => [url, items.map(({ name }) => name)])).toEqual([
      [bundleUrl, ["empty", "large", "same", "small"]],
      ["s3://lab/other", ["other"]],
    ]);
  });

  it("writes only the bundles asked for", async () => {
    const path = join(folder(), "shared");
    expect(await exportSharedDirectory(await filledStore(), path, { urls: ["s3://lab/other"] })).toMatchObject({
      items: 1,
    });
    expect(filesOf(path)).toHaveLength(2);
  });

  it("writes again only what is missing or wrong", async () => {
    const path = await exported();
    const store = await filledStore();
    writeFileSync(join(path, blobName(idOf(small))), "jello");
    rmSync(join(path, blobName(idOf(large))));
    expect(await exportSharedDirectory(store, path)).toMatchObject({ written: 2, damaged: [] });
    expect(readFileSync(join(path, blobName(idOf(small))), "utf8")).toBe("hello");
    expect(await exportSharedDirectory(store, path)).toMatchObject({ written: 0 });
  });

  it("leaves out what is damaged in the cache, and lists no item of it", async () => {
    const store = await filledStore();
    const spoilt: FolioStore = {
      ...store,
      async content(content, kind) {
        const entry = await store.content(content, kind);
        if (entry === undefined || content !== idOf(small)) return entry;
        return { ...entry, source: { byteLength: 5, slice: () => Buffer.from("jello") } };
      },
    };
    const path = join(folder(), "shared");
    expect(await exportSharedDirectory(spoilt, path)).toMatchObject({ items: 3, damaged: [idOf(small)] });
    const names = (await openSharedDirectory(path).bundles()).flatMap(({ items }) => items.map(({ name }) => name));
    expect(names).toEqual(["empty", "large", "other"]);
    expect(filesOf(path)).toHaveLength(4);
  });

  it("does not write into a folder that holds another manifest.json", async () => {
    const path = folder();
    writeFileSync(join(path, "manifest.json"), '{"name": "my web site"}');
    await expect(exportSharedDirectory(await filledStore(), path)).rejects.toMatchObject({
      code: "not-a-shared-directory",
    });
    expect(filesOf(path)).toEqual(["manifest.json"]);
  });

  it("leaves no half of a file when told to stop", async () => {
    const path = join(folder(), "shared");
    const controller = new AbortController();
    const exporting = exportSharedDirectory(await filledStore(), path, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await expect(exporting).rejects.toThrow("enough");
    expect(filesOf(path).filter((file) => file.endsWith(".part") || file === "manifest.json")).toEqual([]);
  });
});

describe("reading a shared directory", () => {
  it("hands out bytes that meet their checksum, in memory or as a file", async () => {
    const shared = openSharedDirectory(await exported());
    const read = await shared.readVerified(idOf(large), { sizeBytes: large.byteLength });
    expect(read.status === "found" && "bytes" in read && Buffer.from(read.bytes).equals(large)).toBe(true);
    const to = join(folder(), "copy");
    expect(await shared.readVerified(idOf(large), { to })).toEqual({
      status: "found",
      file: to,
      byteLength: 3_000_000,
    });
    expect(readFileSync(to).equals(large)).toBe(true);
    expect(statSync(to).mode & 0o777).toBe(0o600);
    expect(await shared.readVerified(idOf(new Uint8Array(0)))).toMatchObject({ status: "found", byteLength: 0 });
  });

  it("hands out nothing of what was changed, shortened or exchanged, and leaves no file", async () => {
    const path = await exported();
    const shared = openSharedDirectory(path);
    const file = join(path, blobName(idOf(large)));
    const spoilt: [string, () => void][] = [
      ["one bit", () => writeFileSync(file, Buffer.from(large).fill(large[5]! ^ 1, 2_000_000, 2_000_001))],
      ["shorter", () => truncateSync(file, 2_999_999)],
      ["longer", () => writeFileSync(file, Buffer.concat([large, Buffer.alloc(1)]))],
      ["another content", () => writeFileSync(file, "other")],
      ["empty", () => writeFileSync(file, "")],
    ];
    for (const [what, spoil] of spoilt) {
      spoil();
      const to = join(folder(), "copy");
      expect((await shared.readVerified(idOf(large))).status, what).toBe("damaged");
      expect((await shared.readVerified(idOf(large), { to })).status, what).toBe("damaged");
      expect(existsSync(to), what).toBe(false);
      expect(await shared.check({ content: idOf(large), kind: "file", sizeBytes: large.byteLength }), what).toBe(false);
    }
  });

  it("does not read a file whose size is not that of the manifest", async () => {
    const shared = openSharedDirectory(await exported());
    expect(await shared.readVerified(idOf(large), { sizeBytes: 7 })).toMatchObject({ status: "damaged" });
  });

  it("has nothing where there is nothing, and where something else is", async () => {
    const path = await exported();
    const shared = openSharedDirectory(path);
    const absent = idOf(Buffer.from("absent"));
    const at = (content: string): string => {
      const file = join(path, blobName(content));
      mkdirSync(dirname(file), { recursive: true });
      return file;
    };
    expect(await shared.readVerified(absent)).toEqual({ status: "absent" });
    mkdirSync(at(absent), { recursive: true });
    expect(await shared.readVerified(absent)).toEqual({ status: "absent" });
    const pipe = idOf(Buffer.from("pipe"));
    execFileSync("mkfifo", [at(pipe)]);
    expect(await shared.readVerified(pipe)).toEqual({ status: "absent" });
    const loop = idOf(Buffer.from("loop"));
    symlinkSync("loop", at(loop));
    symlinkSync(at(loop), join(dirname(at(loop)), "loop"));
    expect(await shared.readVerified(loop)).toEqual({ status: "absent" });
    for (const content of ["sha256:../../manifest", "sha256:", "", "nonsense:00", `md5:${"0".repeat(64)}`]) {
      expect(await shared.open(content), content).toBeUndefined();
    }
    expect(await openSharedDirectory(join(path, "nowhere")).bundles()).toEqual([]);
    expect(await openSharedDirectory(join(path, "nowhere")).readVerified(absent)).toEqual({ status: "absent" });
  });

  it("believes a link as little as a file: only its bytes count", async () => {
    const path = await exported();
    const file = join(path, blobName(idOf(small)));
    rmSync(file);
    const elsewhere = join(folder(), "elsewhere");
    writeFileSync(elsewhere, "hello");
    symlinkSync(elsewhere, file);
    expect((await openSharedDirectory(path).readVerified(idOf(small))).status).toBe("found");
    writeFileSync(elsewhere, "jello");
    expect((await openSharedDirectory(path).readVerified(idOf(small))).status).toBe("damaged");
  });

  it("needs no right to write, and changes nothing", async () => {
    const path = await exported();
    const files = filesOf(path);
    for (const file of files) {
      utimesSync(join(path, file), 1000, 1000);
      chmodSync(join(path, file), 0o444);
    }
    const times = () => files.map((file) => statSync(join(path, file)).mtimeMs);
    const before = times();
    const shared = openSharedDirectory(path);
    await shared.readVerified(idOf(large));
    await shared.bundles();
    expect(filesOf(path)).toEqual(files);
    expect(times()).toEqual(before);
  });

  it("refuses a list that is none", async () => {
    const path = await exported();
    writeFileSync(join(path, "manifest.json"), "{}");
    await expect(openSharedDirectory(path).bundles()).rejects.toMatchObject({ code: "not-a-shared-directory" });
  });

  it("stops when told to", async () => {
    const shared = openSharedDirectory(await exported());
    const to = join(folder(), "copy");
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(shared.readVerified(idOf(large), { to, signal })).rejects.toThrow("enough");
    expect(existsSync(to)).toBe(false);
  });
});
