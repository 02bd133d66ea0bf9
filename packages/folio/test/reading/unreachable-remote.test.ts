import { expect, test } from "vitest";
import { expectBytes } from "./expect-bytes.js";
import { folioGround } from "./folio-ground.js";
import { sampleBytes } from "./published-bundle.js";

const names = ["a", "b", "c", "d"];
const bytes = sampleBytes(5000, 1);

async function downGround() {
  const ground = await folioGround();
  for (const name of names) ground.bundle.put(name, bytes);
  const folio = await ground.open({ connect: { retry: { attempts: 3 } } });
  await folio.warmCache();
  ground.clock.advance(1801);
  ground.server.fault = () => ({ status: 503 });
  ground.requests();
  return { ...ground, folio };
}

test("a remote that is down is asked once in ten seconds for all items whose copies do", async () => {
  const { clock, folio, requests } = await downGround();
  const readAll = async () => {
    for (const name of names) expectBytes(await folio.get(name), bytes);
    expect(await folio.list()).toHaveLength(names.length);
  };
  await readAll();
  expect(requests()).toEqual(Array(3).fill("GET items.json 503"));
  clock.advance(9.9);
  await readAll();
  expect(requests()).toEqual([]);
  clock.advance(0.1);
  await readAll();
  expect(requests()).toHaveLength(3);
});

test("each stale copy is told of while the remote is not asked", async () => {
  const { folio, warnings } = await downGround();
  for (const name of names) await folio.get(name);
  expect(warnings()).toEqual(Array(names.length).fill("stale-copy"));
});

test("who asks for a refresh has the remote asked, and what it answers counts for all", async () => {
  const { server, clock, folio, requests, warnings } = await downGround();
  await folio.get("a");
  server.fault = undefined;
  requests();
  warnings();
  expectBytes(await folio.get("a", { refresh: true }), bytes);
  expectBytes(await folio.get("b"), bytes);
  expect(requests()).toEqual(["GET items.json 304"]);
  clock.advance(1);
  expectBytes(await folio.get("c", { ttlSeconds: 0 }), bytes);
  expect(requests()).toEqual(["GET items.json 304"]);
  expect(warnings()).toEqual([]);
});

test("what no copy can stand for is asked for, however short ago the remote was down", async () => {
  const { server, bundle, folio, open } = await downGround();
  await folio.get("a");
  server.fault = undefined;
  bundle.put("new", bytes);
  expectBytes(await folio.get("new"), bytes);
  const strict = await open({ cache: { strictMode: true } });
  server.fault = () => ({ status: 503 });
  await expect(strict.get("a", { ttlSeconds: 0, refresh: true })).rejects.toMatchObject({ code: "remote-unreachable" });
  server.fault = undefined;
  expectBytes(await strict.get("a"), bytes);
});

test("the object of an item without a checksum is not asked for again and again either", async () => {
  const { server, bundle, clock, open, requests } = await folioGround();
  bundle.put("a", bytes, { algorithm: "none", file: "items/a.bin" });
  const folio = await open({ connect: { retry: { attempts: 1 } } });
  await folio.get("a");
  clock.advance(1000);
  await folio.has("a");
  await folio.refreshItem("a").catch(() => undefined);
  clock.advance(1801);
  server.fault = ({ path }) => (path.includes("/items/") ? { status: 503 } : undefined);
  requests();
  for (let i = 0; i < 3; i++) expectBytes(await folio.get("a"), bytes);
  expect(requests()).toEqual(["GET items.json 304", expect.stringMatching(/^HEAD .* 503$/)]);
});
