import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bundleUrl, isRemotePath, joinUrl, openReference, openRemote } from "../../src/index.js";

describe("the address of a bundle", () => {
  test.each([
    ["/data/lab", "file:///data/lab"],
    ["/data/lab/", "file:///data/lab"],
    ["/data/a b#c?d%20", "file:///data/a%20b%23c%3Fd%2520"],
    ["file:///data/lab/", "file:///data/lab"],
    ["https://Host.Example:443/a/../b/", "https://host.example/b"],
    ["http://host:8080/lab//", "http://host:8080/lab"],
    ["https://host", "https://host"],
    ["https://user:secret@host/lab", "https://host/lab"],
    ["s3://bucket", "s3://bucket"],
    ["s3://bucket/", "s3://bucket"],
    ["s3://my.bucket-1/a/b c/", "s3://my.bucket-1/a/b c"],
    ["S3://bucket/A", "s3://bucket/A"],
    ["gs://bucket/ü", "gs://bucket/ü"],
    ["s3://bucket/100%25/x%20y", "s3://bucket/100%25/x%2520y"],
  ])("of %j is known as %j, however it was written", (given, canonical) => {
    const url = bundleUrl(given);
    expect(url).toBe(canonical);
    expect(bundleUrl(url)).toBe(url);
  });

  test("a plain path is made absolute", () => {
    expect(bundleUrl("lab")).toBe(bundleUrl(resolve("lab")));
    expect(bundleUrl("lab/../lab/./x")).toBe(bundleUrl(resolve("lab/x")));
  });

  test.each([
    "",
    " ",
    "https://host/lab?token=hunter2",
    "https://host/lab#part",
    "https://host/lab?",
    "https://",
    "file://otherhost/lab",
    "file:///lab?x=hunter2",
    "s3://",
    "s3:bucket",
    "s3://user:hunter2@bucket/x",
    "s3://bucket/x?secret=hunter2",
    "s3://bucket/a/../b",
    "s3://bucket/a//b",
    "s3://UPPER/x",
    "ftp://hunter2:x@host/lab",
    "az://container/x",
    "/data/nul\0",
  ])("%j is refused, and not shown", (url) => {
    let error: unknown;
    try {
      bundleUrl(url);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: "invalid-bundle-url" });
    expect(JSON.stringify([(error as Error).message, (error as { facts: object }).facts])).not.toContain("hunter2");
  });
});

describe("the path of an object", () => {
  test("is made of parts that are names", () => {
    for (const path of ["a", "a/b", "a b/ü%20?#&.json", "..a", "a..", "x/.larder", "n".repeat(255)]) {
      expect(isRemotePath(path), path).toBe(true);
    }
    for (const path of [
      "",
      "/a",
      "a/",
      "a//b",
      ".",
      "..",
      "a/..",
      "a\\b",
      "a\nb",
      "\0",
      "\udc00",
      ".larder/x",
      ".larder",
    ]) {
      expect(isRemotePath(path), JSON.stringify(path)).toBe(false);
    }
    expect(isRemotePath("n".repeat(256))).toBe(false);
    expect(isRemotePath(`${"n".repeat(200)}/`.repeat(5).slice(0, -1))).toBe(false);
  });

  test("never leaves the bundle, whatever it is, and comes back from the address of the object", async () => {
    const part = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("..", ".", "%2e%2e", "%2F", "a b", "?", "#", "%", "+"),
    );
    const bases = ["file:///data/lab", "https://host/lab", "s3://bucket/lab", "gs://bucket"];
    const property = fc.asyncProperty(
      fc.array(part, { maxLength: 4 }),
      fc.constantFrom(...bases),
      async (parts, base) => {
        const path = parts.join("/");
        if (!isRemotePath(path)) return void expect(() => joinUrl(base, path)).toThrow(/can't be the path/);
        const url = joinUrl(base, path);
        expect(url.startsWith(`${base}/`)).toBe(true);
        if (/^(file|https):/.test(url)) expect(new URL(url).href.startsWith(`${base}/`)).toBe(true);
        const { storage, path: last } = await openReference(url);
        expect(last).toBe(path.split("/").at(-1));
        const parent = path.split("/").slice(0, -1).join("/");
        expect(storage.url).toBe(parent === "" ? base : bundleUrl(joinUrl(base, parent)));
      },
    );
    await fc.assert(property, { numRuns: 400, seed: Number(process.env.LARDER_SEED ?? 20_261_127) });
  });
});

test("a reference to a plain file is opened by its folder, and its name is taken as it is", async () => {
  const { storage, path } = await openReference("/data/raw/50%25 of all.parquet");
  expect([storage.url, path]).toEqual(["file:///data/raw", "50%25 of all.parquet"]);
  const relative = await openReference("flights.parquet");
  expect([relative.storage.url, relative.path]).toEqual([bundleUrl("."), "flights.parquet"]);
});

test.each(["s3://bucket", "s3://bucket/", "https://host", "https://host/lab/", "/data/raw/"])(
  "a reference to %j names no object",
  async (address) => {
    await expect(openReference(address)).rejects.toMatchObject({ code: "invalid-bundle-url" });
  },
);

test("opening a remote makes no request, and a wrong option is named", async () => {
  const fetch = () => {
    throw new Error("A request was made.");
  };
  for (const url of ["https://host/lab", "s3://bucket/lab", "gs://bucket/lab"]) {
    expect((await openRemote(url, { fetch, env: {} })).url).toBe(url);
  }
  const wrong = [
    [{ timeoutMs: 0 }, "timeoutMs"],
    [{ timeoutMs: Number.NaN }, "timeoutMs"],
    [{ retry: { attempts: 0 } }, "retry.attempts"],
    [{ retry: { firstPauseMs: -1 } }, "retry.firstPauseMs"],
    [{ endpoint: "https://user:hunter2@host" }, "endpoint"],
    [{ endpoint: "ftp://host" }, "endpoint"],
    [{ env: { AWS_ENDPOINT_URL: "hunter2" } }, "AWS_ENDPOINT_URL"],
    [{ credentials: { accessKeyId: "", secretAccessKey: "hunter2" } }, "credentials.accessKeyId"],
  ] as const;
  for (const [options, option] of wrong) {
    const error = await openRemote("s3://bucket/lab", { env: {}, ...options }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid-option", facts: { option } });
    expect((error as Error).message).not.toContain("hunter2");
  }
  await expect(openRemote("https://host/lab", { headers: { "x\ny": "z" } })).rejects.toMatchObject({
    facts: { option: "headers" },
  });
  await expect(openRemote("s3://bucket", { env: { AWS_ACCESS_KEY_ID: "id" } })).rejects.toMatchObject({
    code: "incomplete-credentials",
    facts: { missing: "AWS_SECRET_ACCESS_KEY" },
  });
});
