import { expect, test } from "vitest";
import { expectBytes } from "./expect-bytes.js";
import { folioGround } from "./folio-ground.js";
import { sampleBytes } from "./published-bundle.js";

const bytes = sampleBytes(5000, 1);

async function pinnedGround() {
  const ground = await folioGround();
  ground.bundle.put("a", bytes);
  const folio = await ground.open();
  await folio.get("a");
  await folio.pinCache("a");
  return { ...ground, folio };
}

test("while the manifest is not there, refreshing removes nothing, and says why", async () => {
  const { server, bundle, folio, requests } = await pinnedGround();
  server.remove("items.json");
  const missing = expect.objectContaining({ code: "manifest-missing" });
  expect(await folio.refreshCache()).toEqual([{ item: "a", outcome: "failed", error: missing }]);
  await expect(folio.refreshItem("a")).rejects.toMatchObject({ code: "manifest-missing" });
  expect(await folio.cacheStatus("a")).toMatchObject({ cached: true, pinned: true });
  bundle.writeManifest();
  requests();
  expectBytes(await folio.get("a"), bytes);
  expect(requests()).not.toContain("GET a 200");
});

test("once the manifest is back, the items are there again at once, for other processes too", async () => {
  const { server, bundle, folio, open, warnings } = await pinnedGround();
  server.remove("items.json");
  await expect(folio.get("a", { refresh: true })).rejects.toMatchObject({ code: "unknown-item" });
  expect(await folio.list()).toEqual([]);
  expect(warnings()).toEqual(["manifest-missing"]);
  bundle.writeManifest();
  expect(await folio.has("a")).toBe(true);
  expect(await folio.list()).toHaveLength(1);
  const other = await open();
  expect(await other.has("a")).toBe(true);
});

test("a manifest that was missing and can't be reached then is used as it was known", async () => {
  const { server, folio, warnings } = await pinnedGround();
  server.remove("items.json");
  expect(await folio.has("a")).toBe(true);
  await folio.get("a", { refresh: true }).catch(() => undefined);
  server.fault = () => ({ status: 503 });
  expect(await folio.list()).toHaveLength(1);
  expectBytes(await folio.get("a"), bytes);
  expect(warnings()).toContain("stale-manifest");
});

test("an item that is gone from a manifest without versions is forgotten", async () => {
  const { bundle, open } = await folioGround({ noEtags: true });
  bundle.put("a", bytes);
  bundle.put("b", bytes);
  const folio = await open();
  await folio.get("a");
  bundle.remove("a");
  expect(await folio.refreshItem("a")).toEqual({ item: "a", outcome: "removed" });
  expect(await folio.cacheStatus("a")).toMatchObject({ cached: false });
});
