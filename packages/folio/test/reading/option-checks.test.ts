import { expect, test } from "vitest";
import type { Folio } from "../../src/folio.js";
import { openFolio } from "../../src/open-folio.js";
import { folioGround } from "./folio-ground.js";

/** As a program in JavaScript would call it. */
type Untyped = Record<string, (...args: unknown[]) => Promise<unknown>>;

async function ground() {
  const given = await folioGround();
  given.bundle.put("a", new TextEncoder().encode("text"), { kind: "text" });
  const folio = await given.open();
  return { ...given, folio, untyped: folio as Folio as unknown as Untyped };
}

const wrong: readonly (readonly [what: string, args: readonly unknown[], option: string, hint: string])[] = [
  ["get", ["a", { refesh: true }], "refesh", "Did you mean 'refresh'?"],
  ["get", ["a", null], "options", "must be an object, and it is null"],
  ["get", ["a", "refresh"], "options", "must be an object"],
  ["get", ["a", { refresh: 1 }], "refresh", "true or false"],
  ["get", ["a", { columns: "id" }], "columns", "a list of names"],
  ["get", ["a", { where: 5 }], "where", "an object"],
  ["get", ["a", { signal: 5 }], "signal", "an AbortSignal"],
  ["get", ["a", { signal: {} }], "signal", "an AbortSignal"],
  ["get", ["a", { onProgress: true }], "onProgress", "a function"],
  ["get", ["a", { ttlSeconds: Number.POSITIVE_INFINITY }], "ttlSeconds", "null for never"],
  ["get", ["a", { ttlSeconds: Number.NaN }], "ttlSeconds", "a number of seconds"],
  ["get", ["a", { ttlSeconds: "soon" }], "ttlSeconds", "30d"],
  ["get", [5], "name", "the name of an item"],
  ["table", ["a", { columns: ["id"] }], "columns", "There is no option 'columns'"],
  ["stream", ["a", { ofline: true }], "ofline", "Did you mean 'offline'?"],
  ["warmCache", [{ items: "abc" }], "items", "a list of names"],
  ["warmCache", [{ item: ["a"] }], "item", "Did you mean 'items'?"],
  ["warmCache", [{ parallel: 0 }], "parallel", "a whole number, 1 or more"],
  ["warmCache", [{ background: "yes" }], "background", "true or false"],
  ["refreshItem", ["a", { forced: true }], "forced", "Did you mean 'force'?"],
  ["refreshCache", [{ force: "yes" }], "force", "true or false"],
];

test.each(wrong)("%s refuses %j, and names the option", async (what, args, option, hint) => {
  const { untyped, requests } = await ground();
  const error = await untyped[what]!(...args).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: "LarderError", code: "invalid-option", facts: { option } });
  expect((error as Error).message).toContain(hint);
  expect(requests()).toEqual([]);
});

test.each([
  [undefined, undefined, "url"],
  ["", {}, "url"],
  ["/somewhere", null, "options"],
  ["/somewhere", { cach: {} }, "cach"],
  ["/somewhere", { cache: 5 }, "cache"],
  ["/somewhere", { onEvent: {} }, "onEvent"],
  ["/somewhere", { connect: { header: {} } }, "connect.header"],
  ["/somewhere", { connect: { retry: { attemps: 1 } } }, "connect.retry.attemps"],
])("openFolio(%j, %j) is refused", async (url, options, option) => {
  const opening = (openFolio as (...args: unknown[]) => Promise<Folio>)(url, options);
  await expect(opening).rejects.toMatchObject({ code: "invalid-option", facts: { option } });
});

test("a listener that is none is refused", async () => {
  const { untyped } = await ground();
  expect(() => untyped.onCacheInvalidation!(5)).toThrow("The option 'listener' must be a function");
});

test("a time to live may be given to a call as to a folio", async () => {
  const { folio, clock, requests } = await ground();
  await folio.get("a");
  requests();
  clock.advance(1700);
  await folio.get("a", { ttlSeconds: "30m" });
  expect(requests()).toEqual([]);
  await folio.get("a", { ttlSeconds: "20 minutes" });
  expect(requests()).toEqual(["GET items.json 304"]);
  clock.advance(1e6);
  await folio.get("a", { ttlSeconds: null });
  await folio.get("a", { ttlSeconds: undefined, useStale: true });
  expect(requests()).toEqual([]);
});
