import { rename, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type ExtractInput, extractCache, extractKey, optionsFingerprint, sha256OfBytes } from "../src/index.js";
import { onBothCaches, temporaryDirectory } from "./both-caches.js";

afterEach(() => {
  vi.useRealTimers();
});

const bytes = (text: string) => new TextEncoder().encode(text);

/** Times so long ago that a change afterwards shows. */
async function settle(...files: string[]): Promise<void> {
  for (const file of files) await utimes(file, 1_000_000_000, 1_000_000_000);
}

/** Counts its runs; the length of the text. */
function counting() {
  const ran: string[] = [];
  const extractor = async (input: ExtractInput) => {
    const text = await input.text();
    ran.push(text);
    return { length: text.length };
  };
  return { ran, extractor };
}

describe("the key of an extraction", () => {
  it("is made of kind, content and options; the order of properties does not matter", () => {
    const fingerprint = optionsFingerprint({ a: 1, b: 2 });
    expect(optionsFingerprint({ b: 2, a: 1 })).toBe(fingerprint);
    const sha256 = sha256OfBytes(bytes("x"));
    expect(extractKey({ kind: "symbols/ts", sha256, optionsFingerprint: fingerprint })).toBe(
      `extract:symbols%2Fts:${sha256}:${fingerprint}`,
    );
  });
});

onBothCaches("an extraction cache", (open) => {
  it("extracts a content once, however it is given", async () => {
    const directory = await temporaryDirectory();
    const [a, b] = [join(directory, "a"), join(directory, "b")];
    await writeFile(a, "content");
    await writeFile(b, "content");
    const cache = extractCache({ cache: await open() });
    const { ran, extractor } = counting();
    const sha256 = sha256OfBytes(bytes("content"));
    const given = [{ file: a }, { file: b }, { bytes: bytes("content") }, { sha256 }, { sha256, file: a }];
    for (const source of given) {
      expect(await cache.extract({ kind: "length", ...source }, extractor)).toEqual({ length: 7 });
    }
    expect(ran).toEqual(["content"]);
    await cache.extract({ kind: "length", options: { v: 2 }, file: a }, extractor);
    await cache.extract({ kind: "other", file: a }, extractor);
    expect(ran.length).toBe(3);
  });

  it("extracts once for all who ask at the same time", async () => {
    const cache = extractCache({ cache: await open() });
    const { ran, extractor } = counting();
    const asked = Array.from({ length: 30 }, () => cache.extract({ kind: "k", bytes: bytes("same") }, extractor));
    await Promise.all(asked);
    expect(ran.length).toBe(1);
  });

  it("extracts again after an edit, also one that leaves size and modification time as they were", async () => {
    const file = join(await temporaryDirectory(), "file");
    const cache = extractCache({ cache: await open() });
    const extract = () => cache.extract({ kind: "text", file }, (input) => input.text());
    // A minute later: the file has settled, and its digest is remembered.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    for (const content of ["one", "two", "six", "ten"]) {
      await writeFile(file, content);
      await settle(file);
      expect(await extract()).toBe(content);
    }
    const other = `${file}.new`;
    await writeFile(other, "new");
    await settle(other);
    await rename(other, file);
    expect(await extract()).toBe("new");
  });

  it("stores nothing that was made of a content which is not that of its digest", async () => {
    const file = join(await temporaryDirectory(), "file");
    await writeFile(file, "old");
    const cache = extractCache({ cache: await open() });
    const old = sha256OfBytes(bytes("old"));
    let ran = 0;
    // Edited while it runs, and read by the extractor itself.
    const value = await cache.extract({ kind: "k", file }, async (input) => {
      if (ran++ === 0) await writeFile(file, "new!");
      return input.sha256;
    });
    expect(value).toBe(sha256OfBytes(bytes("new!")));
    expect(ran).toBe(2);
    const key = extractKey({ kind: "k", sha256: old, optionsFingerprint: optionsFingerprint(undefined) });
    expect(await (await cache.cache()).has(key)).toBe(false);
    // A digest that is not the file's, given by the caller.
    await expect(cache.extract({ kind: "k2", file, sha256: old }, (input) => input.text())).rejects.toMatchObject({
      code: "content-changed",
    });
    await expect(cache.extract({ kind: "k3", bytes: bytes("x"), sha256: old }, () => 1)).rejects.toMatchObject({
      code: "content-changed",
    });
    await expect(cache.extract({ kind: "k4", sha256: old }, (input) => input.text())).rejects.toMatchObject({
      code: "content-needed",
    });
  });

  it("forgets by repository and by options", async () => {
    const cache = extractCache({ cache: await open() });
    const { ran, extractor } = counting();
    const ask = (text: string, repository: string, v: number) =>
      cache.extract({ kind: "k", bytes: bytes(text), repository, options: { v } }, extractor);
    await ask("1", "a", 1);
    await ask("2", "a", 2);
    await ask("3", "b", 1);
    expect(await cache.repositoryChanged("a")).toBe(2);
    expect(await cache.optionsChanged({ v: 1 })).toBe(1);
    ran.length = 0;
    await ask("3", "b", 1);
    expect(ran).toEqual(["3"]);
  });

  it("takes many at once: hits in one go, each content once, and a failure fails alone", async () => {
    const directory = await temporaryDirectory();
    const files = Array.from({ length: 50 }, (_, at) => join(directory, String(at)));
    for (const [at, file] of files.entries()) await writeFile(file, `content ${at % 40}`);
    await settle(...files);
    const cache = extractCache({ cache: await open() });
    let ran = 0;
    let together = 0;
    let most = 0;
    const many = (paths: readonly string[]) =>
      cache.extractMany(
        paths.map((file) => ({ file })),
        { kind: "k", concurrency: 3 },
        async (input) => {
          ran++;
          most = Math.max(most, ++together);
          const text = await input.text();
          together--;
          if (text === "content 7") throw new Error("can't be parsed");
          return text;
        },
      );
    const first = await many([...files, join(directory, "nothing")]);
    expect(first.slice(0, 50).map((one) => (one.ok ? one.value : String(one.error)))).toEqual(
      files.map((_, at) => (at % 40 === 7 ? "Error: can't be parsed" : `content ${at % 40}`)),
    );
    expect(first[50]).toMatchObject({ ok: false, error: { code: "ENOENT" } });
    expect(most).toBeLessThanOrEqual(3);
    expect(ran).toBe(40);
    ran = 0;
    await writeFile(files[3]!, "edited");
    const again = await many(files);
    expect(again.filter((one) => one.ok && !one.hit).map((one) => one.source.file)).toEqual([files[3]]);
    expect(ran).toBe(2);
  });

  it("ends when it is told to, and refuses what can't be meant", async () => {
    const cache = extractCache({ cache: await open() });
    const abort = new AbortController();
    const asked = cache.extractMany(
      [{ bytes: bytes("1") }, { bytes: bytes("2") }],
      { kind: "k", signal: abort.signal, concurrency: 1 },
      () => {
        abort.abort(new Error("enough"));
        return new Promise(() => undefined);
      },
    );
    await expect(asked).rejects.toThrow("enough");
    await expect(cache.extract({ kind: "k" }, () => 1)).rejects.toMatchObject({ code: "invalid-option" });
    await expect(cache.extract({ kind: "", bytes: bytes("") }, () => 1)).rejects.toMatchObject({
      code: "invalid-key-part",
    });
    await expect(cache.extract({ kind: "k", sha256: "abc" }, () => 1)).rejects.toMatchObject({
      code: "invalid-sha256",
    });
    await expect(cache.extractMany([], { kind: "k", concurrency: 0 }, () => 1)).rejects.toMatchObject({
      code: "invalid-option",
    });
  });
});
