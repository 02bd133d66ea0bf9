import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sampleBytes } from "../../src/conformance/expectations.js";
import { openRemote, type RemoteConnectOptions, type RemoteRead, type RemoteStorage } from "../../src/index.js";
import type { Fault } from "../servers/fault.js";
import { faultProxy } from "../servers/fault-proxy.js";
import { objectServer } from "../servers/object-server.js";
import { s3Server } from "../servers/s3-server.js";

const bytes = sampleBytes(400_000);
const eighths = Array.from({ length: 8 }, (_, i) => Math.floor((bytes.byteLength * i) / 8));

interface Setting {
  readonly storage: RemoteStorage;
  readonly server: Awaited<ReturnType<typeof objectServer>> | Awaited<ReturnType<typeof s3Server>>;
  readonly pauses: number[];
}

/** What is made anew for each test: a server, and a storage on it that waits for nothing. */
const kinds = {
  "a web server": async (options: RemoteConnectOptions, pauses: number[]): Promise<Setting> => {
    const server = await objectServer();
    return { server, pauses, storage: await openRemote(server.url, options) };
  },
  S3: async (options: RemoteConnectOptions, pauses: number[]): Promise<Setting> => {
    const server = await s3Server();
    return { server, pauses, storage: await openRemote(server.url, { ...server.connect, ...options }) };
  },
  "Google Cloud Storage": async (options: RemoteConnectOptions, pauses: number[]): Promise<Setting> => {
    const server = await s3Server({ dialect: "gs" });
    return { server, pauses, storage: await openRemote(server.url, { ...server.connect, ...options }) };
  },
};

/** All that came, and what ended it. */
async function drained(read: RemoteRead): Promise<{ readonly got: Buffer; readonly error: unknown }> {
  if (read.status !== "found") throw new Error(`It is ${read.status}.`);
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of read.body) pieces.push(piece);
    return { got: Buffer.concat(pieces), error: undefined };
  } catch (error) {
    return { got: Buffer.concat(pieces), error };
  }
}

const unreachable = expect.objectContaining({ code: "remote-unreachable" });

describe.each(Object.entries(kinds))("%s", (_, make) => {
  let setting: Setting;
  beforeEach(async () => {
    const pauses: number[] = [];
    const sleep = async (milliseconds: number) => void pauses.push(milliseconds);
    setting = await make({ timeoutMs: 250, sleep, random: () => 0 }, pauses);
    setting.server.put("data", bytes);
  });
  afterEach(() => setting.server.close());
  const spoil = (...faults: (Fault | undefined)[]) => {
    setting.server.forget();
    setting.server.fault = (_, nth) => faults[nth];
  };

  test.each(eighths)(
    "a body cut after %i bytes has the right beginning, and is never taken for complete",
    async (cut) => {
      const { storage, server } = setting;
      spoil({ cutAfterBytes: cut });
      const { got, error } = await drained(await storage.read("data"));
      expect(error).toEqual(unreachable);
      expect(got.equals(bytes.subarray(0, got.length))).toBe(true);
      expect(got.length).toBeLessThanOrEqual(cut);
      // What is missing can be read on its own, on the condition of the same version.
      const { version } = (await storage.head("data"))!;
      const rest = await drained(await storage.read("data", { start: got.length, ifVersion: version }));
      expect(Buffer.concat([got, rest.got]).equals(bytes)).toBe(true);
      expect(server.requests.at(-1)!.headers.range ?? `bytes=${got.length}-`).toBe(`bytes=${got.length}-`);
    },
  );

  test.each([0, 100_000, 399_999])("a body that stalls after %i bytes ends with an error in time", async (stall) => {
    spoil({ stallAfterBytes: stall });
    const { got, error } = await drained(await setting.storage.read("data"));
    expect(error).toEqual(unreachable);
    expect((error as Error).message).toMatch(/nothing came for 250 ms/);
    expect(got.equals(bytes.subarray(0, got.length))).toBe(true);
  });

  test("a range that is cut is never taken for complete", async () => {
    for (const cut of [0, 1, 49_999]) {
      spoil({ cutAfterBytes: cut });
      const { got, error } = await drained(await setting.storage.read("data", { start: 50_000, end: 100_000 }));
      expect(error).toEqual(unreachable);
      expect(got.equals(bytes.subarray(50_000, 50_000 + got.length))).toBe(true);
    }
  });

  test.each([1, 1000])("a body that is %i bytes shorter than the length told is not complete", async (wrongLength) => {
    for (const range of [{}, { start: 10, end: 90_000 }]) {
      spoil({ wrongLength });
      const { error } = await drained(await setting.storage.read("data", range));
      expect(error).toEqual(unreachable);
    }
  });

  test("a range that is longer than the length told is not complete", async () => {
    spoil({ wrongLength: -1000 });
    const { got, error } = await drained(await setting.storage.read("data", { start: 10, end: 90_000 }));
    expect(error).toEqual(unreachable);
    expect(got.equals(bytes.subarray(10, 10 + got.length))).toBe(true);
  });

  test.each([500, 502, 503, 504, 429, 408])("status %i is tried again, and then right", async (status) => {
    const { storage, server, pauses } = setting;
    spoil({ status }, { status });
    expect((await drained(await storage.read("data"))).got.equals(bytes)).toBe(true);
    expect(server.requests.map((request) => request.status)).toEqual([status, status, 200]);
    expect(pauses).toEqual([200, 400]);
  });

  test("a connection that is reset before the answer is tried again", async () => {
    spoil({ resetBeforeAnswer: true });
    expect((await drained(await setting.storage.read("data"))).got.equals(bytes)).toBe(true);
  });

  test("an answer that does not begin in time is tried again", async () => {
    spoil({ delayMs: 600 });
    expect((await drained(await setting.storage.read("data"))).got.equals(bytes)).toBe(true);
    expect(setting.server.requests).toHaveLength(2);
  });

  test("Retry-After is heeded, in seconds and as a date, up to the longest pause", async () => {
    const soon = new Date(Math.ceil(Date.now() / 1000) * 1000 + 4000).toUTCString();
    spoil(
      { status: 503, headers: { "retry-after": "3" } },
      { status: 429, headers: { "retry-after": soon } },
      { status: 503, headers: { "retry-after": "86400" } },
    );
    expect((await drained(await setting.storage.read("data"))).got.equals(bytes)).toBe(true);
    const [first, second, third] = setting.pauses;
    expect(first).toBe(3000);
    expect(second).toBeGreaterThan(2000);
    expect(second).toBeLessThanOrEqual(5000);
    expect(third).toBe(10_000);
  });

  test("a service that stays away is unreachable, after four tries", async () => {
    setting.server.forget();
    setting.server.fault = () => ({ status: 500 });
    for (const call of [() => setting.storage.head("data"), () => setting.storage.read("data")]) {
      setting.server.forget();
      await expect(call()).rejects.toMatchObject({ code: "remote-unreachable", facts: { status: 500, path: "data" } });
      expect(setting.server.requests).toHaveLength(4);
    }
    await setting.server.close();
    await expect(setting.storage.read("data")).rejects.toMatchObject({
      code: "remote-unreachable",
      facts: { systemCode: "ECONNREFUSED" },
    });
  });

  test("an object that changes between two ranges is 'changed', and ranges never mix", async () => {
    const { storage, server } = setting;
    const first = await storage.read("data", { start: 0, end: 1000 });
    const half = await drained(first);
    expect(half.got.equals(bytes.subarray(0, 1000))).toBe(true);
    const version = first.status === "found" ? first.object.version : undefined;
    spoil({ changeBefore: () => server.put("data", sampleBytes(400_000, 9)) });
    expect(await storage.read("data", { start: 1000, end: 2000, ifVersion: version })).toEqual({ status: "changed" });
  });
});

test("another ETag than was asked for is 'changed', whatever the status says", async () => {
  const server = await objectServer();
  server.put("data", bytes);
  const storage = await openRemote(server.url);
  const { version } = (await storage.head("data"))!;
  server.fault = () => ({ wrongEtag: '"another"' });
  expect(await storage.read("data", { ifVersion: version })).toEqual({ status: "changed" });
  expect(await storage.read("data", { ifVersion: version, start: 5, end: 10 })).toEqual({ status: "changed" });
  await server.close();
});

test("a cut in the middle of a TCP stream, wherever it falls, gives no wrong byte", async () => {
  const server = await objectServer();
  const proxy = await faultProxy(server.port);
  server.put("data", bytes);
  const storage = await openRemote(`${proxy.origin}/bundle`, { retry: { attempts: 1 }, timeoutMs: 250 });
  let cuts = 0;
  for (let at = 0; at < 401_000; at += at < 400 ? 23 : 50_111) {
    for (const fault of [{ cutAfterBytes: at }, { stallAfterBytes: at }]) {
      proxy.reset();
      proxy.fault = () => fault;
      const outcome = await storage.read("data").then(drained, (error: unknown) => ({ got: Buffer.alloc(0), error }));
      expect(outcome.error).toEqual(unreachable);
      expect(outcome.got.equals(bytes.subarray(0, outcome.got.length))).toBe(true);
      cuts++;
    }
  }
  expect(cuts).toBeGreaterThan(40);
  await proxy.close();
  await server.close();
});
