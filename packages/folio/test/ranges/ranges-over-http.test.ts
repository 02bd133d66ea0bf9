import type { Table } from "apache-arrow";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FolioTable } from "../../src/folio.js";
import type { FolioParts } from "../../src/folio-parts.js";
import { openRangedTable } from "../../src/ranges/open-ranged-table.js";
import { openRemote } from "../../src/remote/open-remote.js";
import type { RemoteStorage } from "../../src/remote/remote-storage.js";
import { type ObjectServer, type ObjectServerOptions, objectServer } from "../servers/object-server.js";
import { rangedGround, rangedRemote, tablePath } from "./ranged-ground.js";
import { difference, sampleBytes, sampleTable } from "./sample-tables.js";

const columns = ["price", "volume", "note"];
const cleanups: (() => unknown)[] = [];
let versions: readonly { readonly bytes: Uint8Array; readonly table: Table }[];

beforeAll(async () => {
  const { store } = await rangedGround(rangedRemote(new Uint8Array(0)));
  versions = await Promise.all(
    [3, 4].map(async (nth) => ({ bytes: await sampleBytes(store, 12_000, nth), table: sampleTable(12_000, nth) })),
  );
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A folio over a real server; `put` replaces the table, in the object and in the manifest. */
async function overHttp(options: ObjectServerOptions = {}): Promise<{
  readonly server: ObjectServer;
  put(nth: number): void;
  open(): Promise<FolioTable>;
}> {
  const server = await objectServer(options);
  cleanups.push(() => server.close());
  const remote: RemoteStorage = await openRemote(server.url, {
    retry: { attempts: 2, firstPauseMs: 0 },
    timeoutMs: 2000,
    sleep: async () => {},
  });
  cleanups.push(() => remote.close?.());
  const manifest = rangedRemote(versions[0]!.bytes);
  const ground = await rangedGround(manifest);
  cleanups.push(() => ground.store.close());
  const parts: FolioParts = { ...ground.parts, remote };
  const put = (nth: number): void => {
    server.put(tablePath, versions[nth]!.bytes);
    manifest.put(versions[nth]!.bytes);
  };
  put(0);
  return {
    server,
    put,
    open: () => openRangedTable(parts, "table", manifest.item, { storage: remote, path: tablePath }),
  };
}

function versionOf(table: unknown): number {
  return versions.findIndex(({ table: expected }) => difference(table, expected, columns) === undefined);
}

describe("ranges over HTTP", () => {
  it("are fetched once, with the version as a condition", async () => {
    const { server, open } = await overHttp();
    const read = await (await open()).scan().select(columns).toArrow();
    expect(versionOf(read)).toBe(0);
    const requests = server.requests.length;
    expect(server.requests.every(({ status }) => status === 206)).toBe(true);
    expect(
      server.requests
        .slice(1)
        .every(({ headers }) => headers["if-match"] !== undefined || headers["if-range"] !== undefined),
    ).toBe(true);
    await (await open()).scan().select(columns).toArrow();
    expect(server.requests.length).toBe(requests);
  });

  it.each([1, 2, 3, 4, 5, 6, 7])("are continued when they are cut after %i eighths", async (eighths) => {
    const { server, open } = await overHttp();
    server.fault = (_, nth) => (nth % 2 === 0 ? { cutAfterBytes: (65_536 * eighths) / 8 } : undefined);
    expect(versionOf(await (await open()).scan().select(columns).toArrow())).toBe(0);
  });

  it.each([0, 1, 2, 3])("are of one version when the table changes before request %i", async (when) => {
    const { server, put, open } = await overHttp();
    server.fault = (_, nth) => (nth === when ? { changeBefore: () => put(1) } : undefined);
    expect(versionOf(await (await open()).scan().select(columns).toArrow())).toBe(1);
  });

  it.each([
    ["another ETag", { wrongEtag: '"other"' }],
    ["a wrong length", { wrongLength: 7 }],
    ["an error", { status: 500 }],
    ["a reset", { resetBeforeAnswer: true }],
  ])("are right although one answer has %s", async (_, fault) => {
    const { server, open } = await overHttp();
    const table = await open();
    const first = server.requests.length;
    server.fault = (_request, nth) => (nth === first ? fault : undefined);
    expect(versionOf(await table.scan().select(columns).toArrow())).toBe(0);
  });

  it.each([
    ["ignores ranges", { ignoreRanges: true }],
    ["tells no version", { noEtags: true }],
    ["tells only weak versions", { weakEtags: true }],
  ])("can't be had of a server that %s, which is found out by one request", async (_, options) => {
    const { server, open } = await overHttp(options);
    await expect(open()).rejects.toMatchObject({ code: "no-ranges" });
    expect(server.requests.length).toBe(1);
  });
});
