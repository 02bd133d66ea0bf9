import { afterEach, expect, test } from "vitest";
import { openRemote, type RemoteConnectOptions, type RemoteRead } from "../../src/index.js";
import { type ObjectServer, type ObjectServerOptions, objectServer } from "../servers/object-server.js";

const servers: ObjectServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serving(options: ObjectServerOptions = {}): Promise<ObjectServer> {
  const server = await objectServer(options);
  servers.push(server);
  server.put("data", "0123456789");
  return server;
}

async function text(read: RemoteRead): Promise<string> {
  if (read.status !== "found") return read.status;
  const pieces: Uint8Array[] = [];
  for await (const piece of read.body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const once: RemoteConnectOptions = { retry: { attempts: 1 } };

test("user and password of the address are sent with each request, and the address is without them", async () => {
  const server = await serving({ authorization: `Basic ${btoa("lab user:p@ss:word")}` });
  const storage = await openRemote(server.url.replace("//", "//lab%20user:p%40ss%3Aword@"));
  expect(storage.url).toBe(server.url);
  expect(await text(await storage.read("data"))).toBe("0123456789");
  const without = await openRemote(server.url);
  await expect(without.read("data")).rejects.toMatchObject({ code: "remote-refused", facts: { status: 401 } });
});

test("headers of the option are sent, and go before the address", async () => {
  const server = await serving({ authorization: "Bearer token" });
  const url = server.url.replace("//", "//user:password@");
  const storage = await openRemote(url, { headers: { Authorization: "Bearer token", "X-Lab": "7" } });
  expect(await text(await storage.read("data"))).toBe("0123456789");
  expect(server.requests.at(-1)!.headers["x-lab"]).toBe("7");
});

test("a redirect is followed, and what identifies the reader goes to the first host only", async () => {
  const target = await serving();
  const server = await serving({
    before: ({ path }) => ({
      status: 302,
      headers: { location: `${target.url}/${path.split("/").at(-1)}?signature=abc` },
    }),
  });
  const storage = await openRemote(server.url.replace("//", "//user:password@"), { headers: { "x-key": "secret" } });
  expect(await text(await storage.read("data", { start: 2, end: 5 }))).toBe("234");
  expect(server.requests[0]!.headers).toMatchObject({
    authorization: `Basic ${btoa("user:password")}`,
    "x-key": "secret",
  });
  const [followed] = target.requests;
  expect(followed!.headers.range).toBe("bytes=2-4");
  expect(followed!.headers.authorization).toBeUndefined();
  expect(followed!.headers["x-key"]).toBeUndefined();
});

test("a redirect within the host keeps what identifies the reader", async () => {
  const server = await serving({
    authorization: "Bearer token",
    before: ({ path }) => (path === "bundle/moved" ? { status: 308, headers: { location: "data" } } : undefined),
  });
  const storage = await openRemote(server.url, { headers: { authorization: "Bearer token" } });
  expect(await text(await storage.read("moved"))).toBe("0123456789");
});

test("redirects in a circle, and those that lead from https to http or nowhere, are not followed", async () => {
  const server = await serving({ before: () => ({ status: 302, headers: { location: "data" } }) });
  const storage = await openRemote(server.url, once);
  await expect(storage.read("data")).rejects.toMatchObject({ code: "remote-failed", facts: { status: 302 } });
  expect(server.requests).toHaveLength(6);
  for (const location of ["http://host/data", "file:///etc/passwd", "http://", "https://user:password@host/data"]) {
    const asked: string[] = [];
    const fetch = (async (url: URL) => {
      asked.push(url.href);
      return new Response(null, { status: 302, headers: { location } });
    }) as unknown as typeof globalThis.fetch;
    const secure = await openRemote("https://host/lab", { ...once, fetch });
    await expect(secure.read("data")).rejects.toMatchObject({ code: "remote-failed" });
    expect(asked).toEqual(["https://host/lab/data"]);
  }
});

test("bytes are asked for as they are, and encoded ones refused", async () => {
  const server = await serving({ contentEncoding: "br" });
  const storage = await openRemote(server.url, once);
  for (const range of [{}, { start: 1, end: 3 }]) {
    await expect(storage.read("data", range)).rejects.toMatchObject({ message: expect.stringContaining("encoded") });
  }
  expect(server.requests.map(({ headers }) => headers["accept-encoding"])).toEqual(["identity", "identity"]);
});

test("weak ETags are no versions", async () => {
  const server = await serving({ weakEtags: true });
  const storage = await openRemote(server.url);
  expect(await storage.head("data")).toMatchObject({ byteLength: 10, version: undefined });
  const read = await storage.read("data", { ifVersion: '"x"' });
  expect(read.status).toBe("changed");
});

test("an unchanged object costs one request without a body", async () => {
  const server = await serving();
  const storage = await openRemote(server.url);
  const { version } = (await storage.head("data"))!;
  server.forget();
  expect(await storage.read("data", { unlessVersion: version })).toEqual({ status: "unchanged" });
  expect(server.requests).toMatchObject([{ method: "GET", status: 304, bytesSent: 0 }]);
});

test("a part costs its bytes, and no more", async () => {
  const server = await serving();
  server.put("large", new Uint8Array(3_000_000));
  const storage = await openRemote(server.url);
  await text(await storage.read("large", { start: 1_000_000, end: 1_001_000 }));
  expect(server.requests).toMatchObject([{ method: "GET", status: 206, bytesSent: 1000 }]);
});

test("many bodies that were given up leave no connections behind that keep others waiting", async () => {
  const server = await serving();
  server.put("large", new Uint8Array(5_000_000));
  const storage = await openRemote(server.url);
  for (let i = 0; i < 300; i++) {
    const read = await storage.read("large");
    if (read.status === "found") await read.body[Symbol.asyncIterator]().return?.();
  }
  expect(await text(await storage.read("data"))).toBe("0123456789");
});

test("answers that make no sense are no bytes", async () => {
  const answers: [Response, RegExp][] = [
    [new Response("01", { status: 206, headers: { "content-range": "bytes 5-6/10" } }), /another range/],
    [new Response("01", { status: 206, headers: { "content-range": "bytes 0-1/*" } }), /another range/],
    [new Response("1", { status: 206, headers: { "content-range": "bytes 1-1/10" } }), /another range/],
    [new Response("01", { status: 206 }), /another range/],
    [new Response("01", { status: 206, headers: { "content-range": "bytes 0-0/10" } }), /another range/],
    [new Response("01", { status: 200 }), /no length/],
    [new Response("teapot", { status: 418 }), /418/],
    [new Response(null, { status: 304 }), /304/],
    [new Response("", { status: 501 }), /501/],
  ];
  for (const [answer, message] of answers) {
    const storage = await openRemote("http://host/lab", { ...once, fetch: async () => answer });
    await expect(storage.read("data", { start: 0, end: 2 })).rejects.toMatchObject({
      code: "remote-failed",
      message: expect.stringMatching(message),
    });
  }
});

test("a body that runs over what was told is an error before its last byte", async () => {
  const headers = { "content-range": "bytes 0-1/10" };
  const fetch = async () => new Response("0123", { status: 206, headers });
  const storage = await openRemote("http://host/lab", { ...once, fetch });
  const read = await storage.read("data", { start: 0, end: 2 });
  await expect(text(read)).rejects.toMatchObject({
    code: "remote-failed",
    facts: { receivedBytes: 4, expectedBytes: 2 },
  });
});

test("a server without HEAD is asked for the whole, and not listened to", async () => {
  const server = await serving({ before: ({ method }) => (method === "HEAD" ? { status: 405 } : undefined) });
  const storage = await openRemote(server.url);
  expect(await storage.head("data")).toMatchObject({ byteLength: 10 });
  expect(await storage.head("nothing")).toBeUndefined();
});
