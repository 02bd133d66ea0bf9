import { expect, test } from "vitest";
import type { CachedItem } from "../../src/cached/folio-store.js";
import type { Folio } from "../../src/folio.js";
import type { ManifestItem } from "../../src/manifest/manifest.js";
import { copyState } from "../../src/reading/read-call.js";
import { expectBytes } from "./expect-bytes.js";
import { folioGround } from "./folio-ground.js";
import { manualClock } from "./manual-clock.js";
import { sampleBytes } from "./published-bundle.js";

const first = sampleBytes(5000, 1);
const second = sampleBytes(7000, 2);

/** Two folios on one cache; both have read `a`, and `reader` has confirmed it last. Then `a` changed, and its old object stays. */
async function twoFolios(cache: { readonly strictMode?: boolean } = {}) {
  const ground = await folioGround();
  const { server, bundle, clock, open } = ground;
  const old = bundle.put("a", first);
  const reader = await open({ cache });
  const other = await open();
  await reader.get("a");
  await other.get("a");
  clock.advance(1000);
  await reader.get("a", { refresh: true });
  clock.advance(900);
  bundle.put("a", second);
  server.put(old.file!, first);
  ground.requests();
  return { ...ground, reader, other };
}

async function inTurns(...folios: readonly Folio[]): Promise<void> {
  for (let round = 0; round < 3; round++) for (const folio of folios) expectBytes(await folio.get("a"), second);
}

test("what one folio has found to be new is not undone by another on the same cache", async () => {
  const { reader, other, requests } = await twoFolios();
  expectBytes(await other.get("a", { refresh: true }), second);
  expect(requests()).toEqual(["GET items.json 200", "GET a 200"]);
  await inTurns(reader, other);
  expect(requests()).toEqual([]);
});

test("an item that another folio has added and cached is read without a request", async () => {
  const { bundle, clock, open, requests } = await folioGround();
  bundle.put("a", first);
  const [reader, other] = [await open(), await open()];
  await reader.get("a");
  clock.advance(10);
  bundle.put("b", second);
  await other.get("b");
  requests();
  expectBytes(await reader.get("b"), second);
  expect(requests()).toEqual([]);
});

test("what is out of date here is downloaded as another folio has seen it meanwhile", async () => {
  const { server, bundle, reader, other, clock, requests } = await twoFolios();
  const third = sampleBytes(6000, 3);
  await reader.refreshItem("missing").catch(() => undefined);
  clock.advance(10);
  const before = bundle.items.get("a")!;
  bundle.put("a", third);
  server.put(before.file!, second);
  await other.refreshItem("missing").catch(() => undefined);
  await other.close();
  requests();
  expectBytes(await reader.get("a"), third);
  expect(requests()).toEqual(["GET a 200"]);
});

test("a manifest that is older than a copy does not tell that the copy is out of date", () => {
  const clock = manualClock();
  const now = clock.now();
  const item: ManifestItem = { kind: "binary", file: "a", checksum: "aa", checksumAlgorithm: "sha256" };
  const read = {
    manifest: { formatVersion: 1 as const, items: new Map([["a", item]]) },
    version: undefined,
    checksum: "bb",
  };
  const known = { read, checkedAt: now - 1000, ageSeconds: () => 1 };
  const row = { name: "a", content: "sha256:cc", kind: "binary", lastVerified: now - 500 } as CachedItem;
  const match = (change: Partial<CachedItem>) => copyState({ ...row, ...change }, item, known, { clock }).match;
  expect(match({})).toBe("unknown");
  expect(match({ lastVerified: now - 1000 })).toBe("differs");
  expect(match({ lastVerified: now + 500 })).toBe("differs");
  expect(match({ content: "sha256:aa" })).toBe("same");
});

test("a folio that was long idle takes over what another has learned, and asks when that has expired too", async () => {
  const { reader, other, clock, requests } = await twoFolios({ strictMode: true });
  await other.get("a", { refresh: true });
  clock.advance(1000);
  requests();
  await inTurns(reader);
  expect(requests()).toEqual([]);
  clock.advance(801);
  await inTurns(reader, other);
  expect(requests()).toEqual(["GET items.json 304"]);
});

test("a copy that another folio cached while a clock was ahead is held against the manifest all the same", async () => {
  const { bundle, clock, open } = await folioGround();
  bundle.put("a", first);
  const reader = await open();
  await reader.get("a");
  clock.jump(86_400);
  const other = await open();
  await other.get("a", { refresh: true });
  clock.jump(-86_400);
  bundle.put("a", second);
  expectBytes(await reader.get("a", { refresh: true }), second);
  await inTurns(reader);
});
