import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { expectBytes } from "../reading/expect-bytes.js";
import { folioGround } from "../reading/folio-ground.js";
import { sampleBytes } from "../reading/published-bundle.js";
import type { Fault } from "../servers/fault.js";

const size = 3 << 20;
const first = sampleBytes(size, 1);
const second = sampleBytes(size, 2);
const impatient = { connect: { timeoutMs: 150, retry: { attempts: 2, firstPauseMs: 0 } } };
const ofItem = ({ path }: { readonly path: string }) => path.includes("/items/");

const eighths = [1, 2, 3, 4, 5, 6, 7].map((eighth) => ({ eighth, at: (size * eighth) / 8 }));

test.each(eighths)("a body that is cut after $eighth/8 is gone on with, not begun anew", async ({ at }) => {
  const { server, bundle, open } = await folioGround();
  bundle.put("a", first);
  const folio = await open();
  await folio.has("a");
  server.forget();
  server.fault = (_, nth) => (nth === 0 ? { cutAfterBytes: at } : undefined);
  expectBytes(await folio.get("a"), first);
  const [cut, resumed, ...more] = server.requests;
  expect(more).toEqual([]);
  expect(cut!.bytesSent).toBeLessThanOrEqual(at);
  expect(resumed!.status).toBe(206);
  expect(resumed!.headers["if-match"] ?? resumed!.headers["if-range"]).toBeDefined();
  expect(cut!.bytesSent + resumed!.bytesSent).toBeLessThan(size * 1.1);
  expectBytes(await folio.get("a"), first);
  expect(server.requests).toHaveLength(2);
});

test("a remote that cuts every answer after an eighth is read all the same", async () => {
  const { server, bundle, open } = await folioGround();
  bundle.put("a", first);
  const folio = await open();
  server.fault = (request) => (ofItem(request) ? { cutAfterBytes: size / 8 } : undefined);
  expectBytes(await folio.get("a"), first);
});

test("a body that is cut is begun anew where the remote tells no version", async () => {
  const { server, bundle, open } = await folioGround({ noEtags: true });
  bundle.put("a", first);
  const folio = await open();
  await folio.has("a");
  server.forget();
  server.fault = (_, nth) => (nth === 0 ? { cutAfterBytes: size / 2 } : undefined);
  expectBytes(await folio.get("a"), first);
  expect(server.requests.map(({ status, headers }) => [status, headers.range])).toEqual([
    [200, undefined],
    [200, undefined],
  ]);
});

test("a remote that ignores ranges is read anew from the beginning", async () => {
  const { server, bundle, open } = await folioGround({ ignoreRanges: true });
  bundle.put("a", first);
  const folio = await open();
  await folio.has("a");
  server.forget();
  server.fault = (_, nth) => (nth === 0 ? { cutAfterBytes: size / 2 } : undefined);
  expectBytes(await folio.get("a"), first);
});

const passing: [string, Fault][] = [
  ["a stall", { stallAfterBytes: size / 2 }],
  ["a stall before the first byte", { stallAfterBytes: 0 }],
  ["500", { status: 500 }],
  ["503 with Retry-After", { status: 503, headers: { "retry-after": "1" } }],
  ["429", { status: 429, headers: { "retry-after": "0" } }],
  ["a connection that is reset", { resetBeforeAnswer: true }],
  ["a length that is too large", { wrongLength: 100 }],
  ["a length that is too small", { wrongLength: -100 }],
  ["a flipped bit", { corruptByteAt: 1_000_000 }],
  ["a wrong ETag and a cut", { wrongEtag: '"other"', cutAfterBytes: size / 2 }],
];

test.each(passing)("%s that passes is got over, and the value is right", async (_, fault) => {
  const { server, bundle, open } = await folioGround();
  bundle.put("a", first);
  const folio = await open(impatient);
  await folio.has("a");
  server.forget();
  server.fault = (_request, nth) => (nth === 0 ? fault : undefined);
  expectBytes(await folio.get("a"), first);
  server.fault = () => ({ status: 500 });
  expectBytes(await folio.get("a"), first);
});

const lasting: [string, Fault, string][] = [
  ["a stall", { stallAfterBytes: 0 }, "remote-unreachable"],
  ["500", { status: 500 }, "remote-unreachable"],
  ["503 with Retry-After", { status: 503, headers: { "retry-after": "1" } }, "remote-unreachable"],
  ["429", { status: 429 }, "remote-unreachable"],
  ["a connection that is reset", { resetBeforeAnswer: true }, "remote-unreachable"],
  ["404", { status: 404 }, "remote-failed"],
  ["403", { status: 403 }, "remote-refused"],
  ["a flipped bit", { corruptByteAt: 1_000_000 }, "checksum-mismatch"],
  ["a page of an intermediary", { status: 200, body: "<html>Please log in</html>" }, "checksum-mismatch"],
];

test.each(lasting)(
  "%s that stays is an error, nothing is kept, and the copy there was is served",
  async (_, fault, code) => {
    const { server, bundle, clock, directory, open } = await folioGround();
    bundle.put("a", first);
    bundle.put("b", second);
    const folio = await open(impatient);
    expectBytes(await folio.get("a"), first);
    server.fault = (request) => (ofItem(request) ? fault : undefined);
    await expect(folio.get("b")).rejects.toMatchObject({ code });
    expect(
      await readdir(`${directory}/downloads`).then((names) => names.filter((name) => name.endsWith(".part")).length),
    ).toBeLessThanOrEqual(1);
    clock.advance(1801);
    expectBytes(await folio.get("a"), first);
    server.fault = () => undefined;
    expectBytes(await folio.get("b"), second);
  },
);

test("wrong bytes are fetched once more, then they are an error; in strict mode at once", async () => {
  const { server, bundle, open, requests, warnings, directory } = await folioGround();
  bundle.put("a", first);
  const folio = await open();
  server.fault = (request) => (ofItem(request) ? { corruptByteAt: 5 } : undefined);
  const error = await folio.get("a").catch((thrown) => thrown);
  expect(error).toMatchObject({
    name: "ChecksumMismatchError",
    code: "checksum-mismatch",
    facts: { item: "a", algorithm: "sha256" },
  });
  expect(requests()).toEqual(["GET items.json 200", "GET a 200", "GET items.json 304", "GET a 200"]);
  expect(warnings()).toEqual(["checksum-mismatch", "checksum-mismatch"]);
  expect(await readdir(`${directory}/downloads`)).toEqual([]);
  const strict = await open({ cache: { strictMode: true } });
  await expect(strict.get("a")).rejects.toMatchObject({ code: "checksum-mismatch" });
  expect(requests()).toEqual(["GET a 200"]);
});

test("an item that changes between manifest and item is read in its new version", async () => {
  const { server, bundle, open } = await folioGround();
  bundle.put("a", first);
  const folio = await open();
  server.fault = (request, nth) =>
    ofItem(request) && nth === 1 ? { changeBefore: () => void bundle.put("a", second) } : undefined;
  expectBytes(await folio.get("a"), second);
});

test("an item overwritten in place between manifest and item is read in its new version", async () => {
  const { server, bundle, open } = await folioGround();
  bundle.put("a", first, { file: "items/a.bin" });
  const folio = await open();
  server.fault = (request, nth) =>
    ofItem(request) && nth === 1
      ? { changeBefore: () => void bundle.put("a", second, { file: "items/a.bin" }) }
      : undefined;
  expectBytes(await folio.get("a"), second);
});

test("an item that changes between two parts of its body is never put together of both", async () => {
  const { server, bundle, open } = await folioGround();
  bundle.put("a", first, { file: "items/a.bin" });
  const folio = await open();
  await folio.has("a");
  server.forget();
  server.fault = (_, nth) => {
    if (nth === 0) return { cutAfterBytes: size / 2 };
    if (nth === 1) return { changeBefore: () => void bundle.put("a", second, { file: "items/a.bin" }) };
    return undefined;
  };
  expectBytes(await folio.get("a"), second);
});

test.each([
  ["minds", {}],
  ["ignores", { ignoreConditions: true }],
])("an item without a checksum is one version or the other, where a remote %s conditions", async (_, habits) => {
  const { server, bundle, open } = await folioGround(habits);
  bundle.put("a", first, { algorithm: "none", file: "items/a.bin" });
  const folio = await open();
  await folio.has("a");
  server.forget();
  server.fault = (_, nth) => {
    if (nth === 0) return { cutAfterBytes: size / 2 };
    if (nth === 1) return { changeBefore: () => void server.put("items/a.bin", second) };
    return undefined;
  };
  expectBytes(await folio.get("a"), second);
});

test("a manifest that comes damaged is an error, and the copy is not touched", async () => {
  const { server, bundle, clock, open } = await folioGround();
  bundle.put("a", first);
  const folio = await open(impatient);
  await folio.get("a");
  clock.advance(1801);
  bundle.put("b", second);
  server.fault = ({ path }) => (path.endsWith("items.json") ? { cutAfterBytes: 50 } : undefined);
  expectBytes(await folio.get("a"), first);
  // So long a remote that could not be reached is not asked again.
  clock.advance(10);
  server.fault = ({ path }) => (path.endsWith("items.json") ? { status: 200, body: "<html></html>" } : undefined);
  await expect(folio.get("a")).rejects.toMatchObject({ code: "invalid-manifest" });
  server.fault = () => undefined;
  expectBytes(await folio.get("a"), first);
  expectBytes(await folio.get("b"), second);
});
