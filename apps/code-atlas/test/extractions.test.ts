import { createHash } from "node:crypto";
import { join } from "node:path";
import { newFolder, removeFolder, writeFiles } from "@larder/app-shared/testing";
import type { Cache } from "@larder/core";
import type { ExtractCache } from "@larder/typed-caches";
import { expect, it } from "vitest";
import { contentId } from "../src/content-id.js";
import { extractionsOf } from "../src/extractions.js";
import { atlasProfile, openExtracts } from "../src/pool/open-extracts.js";
import { progressLine } from "../src/progress.js";
import { listing } from "../src/scan/listing.js";

it("never parses in this process what ended the parser's, though its extraction can't be kept", async () => {
  const root = newFolder("deep");
  const text = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  writeFiles(root, { "deep.ts": text });
  const sha256 = createHash("sha256").update(text).digest("hex");
  const files = [{ path: "deep.ts", sha256, size: text.length }];
  const cacheDirectory = join(root, "cache");
  const profile = atlasProfile(cacheDirectory);
  const extracts = openExtracts(profile);
  // All that is stored is evicted at once.
  const forgetful: ExtractCache = {
    ...extracts,
    cache: async () => ({ getMany: async () => new Map() }) as unknown as Cache,
    async extract(request, extractor) {
      const value = await extracts.extract(request, extractor);
      await extracts.repositoryChanged("deep");
      return value;
    },
  };
  const signal = new AbortController().signal;
  const progress = progressLine({ write() {} });
  const extractions = extractionsOf({ cache: forgetful, cacheDirectory, processes: 1, signal, progress });
  try {
    const found = await extractions.read(
      listing({ root, repository: "deep", files, unreadable: [], layout: [], links: [] }),
    );
    expect(found.get(contentId(files[0]!))).toMatchObject({ error: expect.stringContaining("could not take it") });
  } finally {
    await profile.close();
    removeFolder(root);
  }
});
