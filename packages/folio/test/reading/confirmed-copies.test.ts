import { MemoryCache } from "@larder/core";
import { expect, test, vi } from "vitest";
import { folioGround } from "./folio-ground.js";
import { sampleBytes } from "./published-bundle.js";

test("a check of the manifest confirms every copy, with no write for each of them", async () => {
  const { bundle, clock, open, requests } = await folioGround();
  const names = Array.from({ length: 50 }, (_, i) => `item-${i}`);
  names.forEach((name, i) => void bundle.put(name, sampleBytes(300, i)));
  const backend = new MemoryCache({ clock });
  const folio = await open({ cache: { backend, ttlSeconds: 60 } });
  await folio.warmCache();
  clock.advance(61);
  requests();
  const transactions = vi.spyOn(backend, "transaction");
  for (const name of names) await folio.get(name);
  expect(requests()).toEqual(["GET items.json 304"]);
  expect(transactions.mock.calls.length).toBeLessThanOrEqual(3);
  const confirmedAt = clock.now();
  clock.advance(30);
  for (const name of names) expect((await folio.cacheStatus(name)).lastVerified?.getTime()).toBe(confirmedAt);
});
