import { expect, test } from "vitest";
import { folioGround } from "./folio-ground.js";

const bytes = new TextEncoder().encode("text");

test("has finds what get finds: an item that was added just now", async () => {
  const { bundle, open, requests } = await folioGround();
  bundle.put("a", bytes, { kind: "text" });
  const folio = await open();
  expect(await folio.has("new")).toBe(false);
  expect(requests()).toEqual(["GET items.json 200"]);
  bundle.put("new", bytes, { kind: "text" });
  expect(await folio.has("new")).toBe(true);
  expect(requests()).toEqual(["GET items.json 200"]);
  expect(await folio.has("new")).toBe(true);
  expect(await folio.isReference("new")).toBe(false);
  expect(requests()).toEqual([]);
});

test("has tells of the manifest that is known where the remote can't be reached, unless the mode is strict", async () => {
  const { server, bundle, open } = await folioGround();
  bundle.put("a", bytes, { kind: "text" });
  const folio = await open({ connect: { retry: { attempts: 1 } } });
  const strict = await open({ connect: { retry: { attempts: 1 } }, cache: { strictMode: true } });
  await folio.has("a");
  server.fault = () => ({ status: 503 });
  expect(await folio.has("b")).toBe(false);
  await expect(strict.has("b")).rejects.toMatchObject({ code: "remote-unreachable" });
});

test("the first read of an item is counted as one access, and each further one", async () => {
  const { bundle, open } = await folioGround();
  bundle.put("a", bytes, { kind: "text" });
  const folio = await open();
  for (const times of [1, 2, 3]) {
    await folio.get("a");
    expect((await folio.cacheStatus("a")).accessCount).toBe(times);
  }
});

test("what is read after the cache was cleared is there offline, with the list of items", async () => {
  const { bundle, open } = await folioGround();
  bundle.put("a", bytes, { kind: "text" });
  bundle.put("b", bytes, { kind: "text" });
  const folio = await open();
  await folio.get("a");
  await folio.clearCache();
  expect((await folio.cacheStats()).items).toBe(0);
  await folio.get("a");
  await folio.close();
  const offline = await open({ cache: { cacheMode: "offline" } });
  expect((await offline.list()).map(({ name }) => name)).toEqual(["a", "b"]);
  expect(await offline.get("a")).toBe("text");
});
