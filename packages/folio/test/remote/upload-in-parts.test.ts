import { writeFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sampleBytes } from "../../src/conformance/expectations.js";
import { openRemote, type RemoteStorage } from "../../src/index.js";
import { type S3Server, s3Server } from "../servers/s3-server.js";

const partBytes = 5 * 2 ** 20;
const bytes = sampleBytes(2 * partBytes + 12_345);

describe.each(["s3", "gs"] as const)("a large object of %s", (dialect) => {
  let server: S3Server;
  let storage: RemoteStorage;
  let folder: string;
  let file: string;
  beforeEach(async () => {
    server = await s3Server({ dialect });
    storage = await openRemote(server.url, { ...server.connect, uploadPartBytes: partBytes, sleep: async () => {} });
    folder = await mkdtemp(join(tmpdir(), "larder-parts-"));
    file = join(folder, "large");
    await writeFile(file, bytes);
  });
  afterEach(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const stored = () => server.objects.get("lab/bundles/one/large")?.bytes;

  test("is uploaded in parts, from memory and from a file", async () => {
    for (const body of [{ bytes }, { file, byteLength: bytes.byteLength }]) {
      server.remove("large");
      server.forget();
      const object = await storage.write!("large", body);
      expect(object).toMatchObject({ byteLength: bytes.byteLength, version: (await storage.head("large"))!.version });
      expect(Buffer.compare(stored()!, bytes)).toBe(0);
      expect(server.requests.map(({ method }) => method)).toEqual([
        "POST",
        "PUT",
        "PUT",
        "PUT",
        "POST",
        "HEAD",
        "HEAD",
      ]);
    }
    expect(server.uploads.size).toBe(0);
  });

  test("is tried again part by part, and complete when the last answer was lost", async () => {
    server.fault = ({ method }, nth) => {
      if (nth === 2 || nth === 5) return { status: 503 };
      return method === "POST" && nth === 6 ? { resetBeforeAnswer: "afterWork" } : undefined;
    };
    await storage.write!("large", { file, byteLength: bytes.byteLength });
    expect(Buffer.compare(stored()!, bytes)).toBe(0);
    expect(server.requests.filter(({ status }) => status === 503)).toHaveLength(2);
  });

  test("that can't be uploaded is called off, and what was there stays", async () => {
    server.put("large", "before");
    server.fault = (_, nth) => (nth >= 2 && nth < 6 ? { status: 500 } : undefined);
    await expect(storage.write!("large", { bytes })).rejects.toMatchObject({ code: "remote-unreachable" });
    const controller = new AbortController();
    server.fault = () => ({ changeBefore: () => server.requests.length > 8 && controller.abort(new Error("enough")) });
    await expect(storage.write!("large", { bytes }, { signal: controller.signal })).rejects.toThrow("enough");
    server.fault = ({ method }, nth) =>
      method === "PUT" && nth > 10 ? { changeBefore: () => void writeFile(file, "changed") } : undefined;
    await expect(storage.write!("large", { file, byteLength: bytes.byteLength })).rejects.toMatchObject({
      code: "remote-failed",
    });
    expect(server.uploads.size).toBe(0);
    expect(Buffer.from(stored()!).toString()).toBe("before");
  });

  test("whose file is changed while it is uploaded, is not stored, also when its length stays", async () => {
    const other = sampleBytes(bytes.byteLength, 2);
    server.fault = (_, nth) => (nth === 3 ? { changeBefore: () => writeFileSync(file, other) } : undefined);
    const write = storage.write!("large", { file, byteLength: bytes.byteLength });
    await expect(write).rejects.toMatchObject({ code: "remote-failed", message: expect.stringMatching(/changed/) });
    expect(stored()).toBeUndefined();
    expect(server.uploads.size).toBe(0);
  });

  test("said to be longer or shorter than it is, is not stored", async () => {
    for (const byteLength of [bytes.byteLength + 1, bytes.byteLength - 1]) {
      await expect(storage.write!("large", { file, byteLength })).rejects.toMatchObject({ code: "remote-failed" });
    }
    await expect(storage.write!("large", { file: `${file}-not`, byteLength: 2 * partBytes })).rejects.toMatchObject({
      code: "remote-failed",
    });
    expect(stored()).toBeUndefined();
    expect(server.requests).toEqual([]);
  });
});

test("a size of parts that no service takes is refused", async () => {
  await expect(openRemote("s3://lab", { env: {}, uploadPartBytes: 1000 })).rejects.toMatchObject({
    facts: { option: "uploadPartBytes" },
  });
});
