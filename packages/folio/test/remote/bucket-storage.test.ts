import { afterEach, describe, expect, test } from "vitest";
import { listed } from "../../src/conformance/listed.js";
import { openRemote, type RemoteConnectOptions, type RemoteRead } from "../../src/index.js";
import { type S3Server, type S3ServerOptions, s3Server } from "../servers/s3-server.js";

const servers: S3Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serving(options: S3ServerOptions = {}): Promise<S3Server> {
  const server = await s3Server(options);
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

const fast: RemoteConnectOptions = { sleep: async () => {} };
const bytes = Buffer.from("new bytes");

describe.each(["s3", "gs"] as const)("%s", (dialect) => {
  test("a wrong secret is refused, and so is none; a public bucket needs none", async () => {
    const server = await serving({ dialect });
    const { accessKeyId } = server.connect.credentials;
    const wrong = { ...server.connect, credentials: { accessKeyId, secretAccessKey: "wrong" } };
    const { credentials: _, ...none } = server.connect;
    for (const connect of [wrong, none]) {
      const storage = await openRemote(server.url, connect);
      const refusal = { code: "remote-refused", facts: { status: 403 } };
      await expect(storage.read("data")).rejects.toMatchObject(refusal);
      await expect(storage.head("data")).rejects.toMatchObject(refusal);
      await expect(storage.write!("data", { bytes })).rejects.toMatchObject(refusal);
      await expect(listed(storage)).rejects.toMatchObject(refusal);
    }
    const open = await serving({ dialect, anonymous: true });
    const storage = await openRemote(open.url, { endpoint: open.origin, env: {} });
    expect(await text(await storage.read("data"))).toBe("0123456789");
    expect(open.requests[0]!.headers.authorization).toBeUndefined();
  });

  test("the environment is read as the services' own tools read it", async () => {
    const server = await serving({ dialect });
    const { accessKeyId, secretAccessKey } = server.connect.credentials;
    const prefix = dialect === "s3" ? "AWS" : "GS";
    const env = {
      [`${prefix}_ACCESS_KEY_ID`]: accessKeyId,
      [`${prefix}_SECRET_ACCESS_KEY`]: secretAccessKey,
      AWS_ENDPOINT_URL_S3: server.origin,
      AWS_ENDPOINT_URL: "https://not.this.example",
      AWS_REGION: "us-east-1",
    };
    const storage = await openRemote(server.url, { env, ...(dialect === "gs" && { endpoint: server.origin }) });
    expect(await text(await storage.read("data"))).toBe("0123456789");
  });

  test("credentials may be renewed: a function is asked before each request", async () => {
    const server = await serving({ dialect });
    let asked = 0;
    const credentials = async () => {
      asked++;
      return server.connect.credentials;
    };
    const storage = await openRemote(server.url, { ...server.connect, credentials });
    await storage.head("data");
    await storage.head("data");
    expect(asked).toBe(2);
  });

  test("a bucket that is not there is an error, and no absent object", async () => {
    const server = await serving({ dialect });
    const storage = await openRemote(`${dialect}://another/lab`, server.connect);
    const missing = { code: "remote-failed", facts: { serviceCode: "NoSuchBucket" } };
    await expect(storage.read("data")).rejects.toMatchObject(missing);
    await expect(storage.write!("data", { bytes })).rejects.toMatchObject(missing);
    await expect(storage.write!("data", { bytes }, { ifVersion: null })).rejects.toMatchObject(missing);
    await expect(listed(storage)).rejects.toMatchObject(missing);
  });

  test("a write whose answer was lost is done once, and no conflict with itself", async () => {
    const server = await serving({ dialect });
    const storage = await openRemote(server.url, { ...server.connect, ...fast });
    const first = await storage.write!("manifest", { bytes: Buffer.from("one") }, { ifVersion: null });
    let lost = 0;
    server.fault = ({ method, path }) => {
      if (method !== "PUT" || !path.endsWith("/manifest") || lost > 0) return undefined;
      lost++;
      return { resetBeforeAnswer: "afterWork" };
    };
    const second = await storage.write!("manifest", { bytes: Buffer.from("two") }, { ifVersion: first.version });
    expect(lost).toBe(1);
    expect(second.version).toBe((await storage.head("manifest"))!.version);
    expect(await text(await storage.read("manifest"))).toBe("two");
    lost = 0;
    await storage.delete!("manifest");
    await storage.write!("manifest", { bytes: Buffer.from("six") }, { ifVersion: null });
    expect(lost).toBe(1);
  });

  test("a write that somebody else was faster than after its first try is a conflict", async () => {
    const server = await serving({ dialect });
    const storage = await openRemote(server.url, { ...server.connect, ...fast });
    const { version } = await storage.write!("manifest", { bytes: Buffer.from("one") }, { ifVersion: null });
    let puts = 0;
    server.fault = ({ method }) => {
      if (method !== "PUT" || puts++ > 0) return undefined;
      server.put("manifest", "new BYTES");
      return { status: 503 };
    };
    await expect(storage.write!("manifest", { bytes }, { ifVersion: version })).rejects.toMatchObject({
      code: "remote-conflict",
    });
    expect(await text(await storage.read("manifest"))).toBe("new BYTES");
  });

  test("a success with an error in its body is an error, and tried again", async () => {
    const server = await serving({ dialect });
    const storage = await openRemote(server.url, { ...server.connect, ...fast });
    const body = "<?xml version='1.0'?><Error><Code>InternalError</Code><Message>We erred.</Message></Error>";
    server.fault = (_, nth) => (nth < 2 ? { status: 200, body } : undefined);
    await storage.write!("data", { bytes });
    expect(server.requests.filter(({ method }) => method === "PUT")).toHaveLength(3);
    server.forget();
    expect(await listed(storage)).toHaveLength(1);
    expect(server.requests).toHaveLength(3);
  });

  test("bytes that were damaged on the way are refused by the service", async () => {
    const server = await serving({ dialect });
    const fetch = (url: URL, init: RequestInit) => {
      const headers = { ...(init.headers as Record<string, string>), "content-length": String(bytes.byteLength) };
      return globalThis.fetch(url, { ...init, headers, body: bytes.map((byte) => byte ^ 1) });
    };
    const storage = await openRemote(server.url, { ...server.connect, fetch: fetch as typeof globalThis.fetch });
    await expect(storage.write!("data", { bytes })).rejects.toMatchObject({ facts: { serviceCode: "BadDigest" } });
    expect(await text(await (await openRemote(server.url, server.connect)).read("data"))).toBe("0123456789");
  });

  test("a list has the objects of the bundle, over many pages, and those of no other", async () => {
    const server = await serving({ dialect, pageSize: 7 });
    const names = Array.from({ length: 50 }, (_, i) => `items/ü ${i}&<>+%2F.json`);
    for (const name of names) server.put(name, name);
    server.objects.put("lab/bundles/one-more/x", "of another bundle");
    server.objects.put("lab/bundles/one", "beside the bundle");
    server.objects.put("lab/bundles/one/", "mark of a folder");
    server.objects.put("lab/bundles/one/items/", "mark of a folder");
    const storage = await openRemote(server.url, server.connect);
    const paths = (await listed(storage)).map(({ path }) => path);
    expect(paths.sort()).toEqual(["data", ...names].sort());
    expect(server.requests.length).toBeGreaterThan(7);
    const whole = await openRemote(`${dialect}://lab`, server.connect);
    expect((await listed(whole)).map(({ path }) => path)).toContain("bundles/one-more/x");
  });

  test("a list that is cut short or makes no sense is an error", async () => {
    const server = await serving({ dialect });
    const storage = await openRemote(server.url, { ...server.connect, ...fast });
    server.fault = () => ({ status: 200, body: "<html>Welcome</html>" });
    await expect(listed(storage)).rejects.toMatchObject({ code: "remote-failed" });
    server.fault = () => ({ cutAfterBytes: 100 });
    await expect(listed(storage)).rejects.toMatchObject({ code: "remote-unreachable" });
  });
});

test("keys that a service lists although they are of another bundle, or no paths, are left out", async () => {
  const keys = [
    "bundles/one/data",
    "bundles/two/data",
    "data",
    "bundles/one/",
    "bundles/one/../up",
    "bundles/one/a%5Cb",
    "bundles/one/%",
  ];
  const contents = keys.map((key) => `<Contents><Key>${key}</Key><Size>1</Size><ETag>&quot;e&quot;</ETag></Contents>`);
  const page = `<ListBucketResult><EncodingType>url</EncodingType>${contents.join("")}<Contents><Key>x</Key></Contents></ListBucketResult>`;
  const fetch = async () => new Response(page);
  const storage = await openRemote("s3://lab/bundles/one", { env: {}, fetch });
  expect(await listed(storage)).toEqual([{ path: "data", byteLength: 1, version: '"e"' }]);
});

test("a service that lists the same page for ever is given up", async () => {
  const page =
    "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></ListBucketResult>";
  const storage = await openRemote("s3://lab", { env: {}, fetch: async () => new Response(page) });
  await expect(listed(storage)).rejects.toMatchObject({ code: "remote-failed" });
});

test("versions of Google's objects change with every write, also of the same bytes", async () => {
  const server = await serving({ dialect: "gs" });
  const storage = await openRemote(server.url, server.connect);
  const one = await storage.write!("same", { bytes });
  const two = await storage.write!("same", { bytes });
  expect(two.version).not.toBe(one.version);
  expect((await listed(storage)).find(({ path }) => path === "same")?.version).toBe(two.version);
});

test("a clock that is wrong is named", async () => {
  const server = await serving();
  const clock = { now: () => Date.now() - 3_600_000, monotonic: () => performance.now() };
  const storage = await openRemote(server.url, { ...server.connect, clock });
  await expect(storage.read("data")).rejects.toMatchObject({ message: expect.stringMatching(/Set the clock/) });
});

test("where conditions are not heeded that is found out once, with one request, and nothing stays behind", async () => {
  for (const conditionalWrites of [false, "ignored", true] as const) {
    const server = await serving({ conditionalWrites });
    const storage = await openRemote(server.url, { ...server.connect, ...fast });
    for (let i = 0; i < 3; i++) {
      await storage.write!(`new-${i}`, { bytes }, { ifVersion: null }).catch((error: unknown) => {
        expect(error).toMatchObject({ code: "remote-no-conditions", facts: { path: `new-${i}` } });
      });
    }
    expect(server.requests.filter(({ method, path }) => method === "PUT" && path.includes("probe"))).toHaveLength(1);
    expect([...server.objects.keys()].filter((path) => path.includes("probe"))).toEqual([]);
    expect(server.objects.size).toBe(conditionalWrites === true ? 4 : 1);
  }
});

test("a probe that fails is no answer: the next write tries again", async () => {
  const server = await serving();
  const storage = await openRemote(server.url, { ...server.connect, ...fast });
  server.fault = () => ({ status: 500 });
  await expect(storage.write!("a", { bytes }, { ifVersion: null })).rejects.toMatchObject({
    code: "remote-unreachable",
  });
  server.fault = undefined;
  await storage.write!("a", { bytes }, { ifVersion: null });
});

test("a bucket in another region is found by what the service answers, and asked there from then on", async () => {
  const server = await serving({ region: "eu-west-3" });
  const storage = await openRemote(server.url, { ...server.connect, region: "us-east-1" });
  expect(await text(await storage.read("data"))).toBe("0123456789");
  expect(server.requests.map(({ status }) => status)).toEqual([400, 200]);
  await storage.write!("more", { bytes });
  expect(server.requests.map(({ status }) => status)).toEqual([400, 200, 200]);
});

describe("Amazon's own service", () => {
  const seen: string[] = [];
  const answering = (answer: (url: URL) => Response) =>
    (async (url: URL) => {
      seen.push(url.href);
      return answer(url);
    }) as unknown as typeof globalThis.fetch;
  const found = () => new Response("0123456789", { headers: { "content-length": "10", etag: '"e"' } });
  afterEach(() => void seen.splice(0));

  test("is addressed by region, with the bucket in the host unless it has a dot", async () => {
    const fetch = answering(found);
    const env = { AWS_DEFAULT_REGION: "eu-central-1" };
    await (await openRemote("s3://lab/x", { fetch, env })).read("a b");
    await (await openRemote("s3://my.lab/x", { fetch, env })).read("data");
    await (await openRemote("s3://lab", { fetch, env, region: "cn-north-1" })).read("data");
    expect(seen).toEqual([
      "https://lab.s3.eu-central-1.amazonaws.com/x/a%20b",
      "https://s3.eu-central-1.amazonaws.com/my.lab/x/data",
      "https://lab.s3.cn-north-1.amazonaws.com.cn/data",
    ]);
  });

  test("is asked in the region it names, and where it sends young buckets, but nowhere else", async () => {
    const moved = answering(({ host }) =>
      host.includes("us-east-1")
        ? new Response("", { status: 301, headers: { "x-amz-bucket-region": "ap-south-1" } })
        : found(),
    );
    await (await openRemote("s3://lab/x", { fetch: moved, env: {} })).head("data");
    expect(seen.at(-1)).toBe("https://lab.s3.ap-south-1.amazonaws.com/x/data");
    const sent = (location: string) =>
      answering(({ host }) =>
        host.startsWith("lab.s3.us-east-1") ? new Response("", { status: 307, headers: { location } }) : found(),
      );
    const young = sent("https://lab.s3-us-west-2.amazonaws.com/x/data");
    await (await openRemote("s3://lab/x", { fetch: young, env: {} })).head("data");
    expect(seen.at(-1)).toBe("https://lab.s3-us-west-2.amazonaws.com/x/data");
    const elsewhere = sent("https://evil.example/x/data");
    const storage = await openRemote("s3://lab/x", { fetch: elsewhere, env: {} });
    await expect(storage.head("data")).rejects.toMatchObject({ code: "remote-failed" });
    expect(seen.some((url) => url.includes("evil"))).toBe(false);
  });

  test("needs no probe for its conditions", async () => {
    const fetch = answering(() => new Response("", { headers: { etag: '"e"' } }));
    const storage = await openRemote("s3://lab/x", { fetch, env: {} });
    await storage.write!("data", { bytes }, { ifVersion: null });
    expect(seen).toHaveLength(1);
  });
});
