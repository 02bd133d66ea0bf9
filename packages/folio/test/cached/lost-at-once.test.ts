import { systemClock } from "@larder/core";
import { expect, test } from "vitest";
import { effectiveSettings } from "../../src/configuration/effective-settings.js";
import { readingParts } from "../../src/reading/reading-parts.js";
import { streamItem } from "../../src/reading/stream-item.js";
import { memoryStorage } from "../memory-storage.js";
import { contentIdOf, openStore } from "./stores.js";

test("an item that the cache loses as soon as it has it is streamed past the cache, after one more download", async () => {
  const bytes = Buffer.alloc(1_200_000, "x");
  const [checksumAlgorithm, checksum] = contentIdOf(bytes).split(":");
  const item = { kind: "binary", file: "a.bin", sizeBytes: bytes.byteLength, checksum, checksumAlgorithm };
  const manifest = Buffer.from(JSON.stringify({ formatVersion: 1, items: { a: item } }));
  const remote = memoryStorage({
    objects: [
      ["a.bin", bytes],
      ["items.json", manifest],
    ],
  });
  const store = await openStore();
  const parts = readingParts({
    remote,
    // Whatever is stored is evicted before anybody reads it.
    store: { ...store, content: async () => undefined, hasContent: async () => false },
    settings: effectiveSettings({ process: {}, env: {}, file: null }).settings,
    clock: systemClock,
    random: () => 0.5,
    onEvent: () => undefined,
    connect: { env: {} },
  });
  const pieces: Uint8Array[] = [];
  for await (const piece of await streamItem(parts, "a")) pieces.push(piece as Uint8Array);
  await parts.background.settled();
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  expect(remote.requests.filter(({ path }) => path === "a.bin").length).toBe(2);
});
