import { AwsClient } from "aws4fetch";
import { expect, test } from "vitest";
import { bodyOf, expectBytes, sampleBytes } from "../../src/conformance/expectations.js";
import { type OpenedRemote, testRemoteStorage } from "../../src/conformance/index.js";
import { openRemote } from "../../src/index.js";

/**
 * A real service: OpenStack Swift with its `s3api`, where one runs. `LARDER_TEST_SWIFT_URL` is its endpoint, such as
 * `http://127.0.0.1:8080`; `LARDER_TEST_SWIFT_KEY` and `LARDER_TEST_SWIFT_SECRET` are those of a user who may make buckets
 * (of `tempauth`: `test:tester` and `testing`, which are the defaults).
 */
const {
  LARDER_TEST_SWIFT_URL: endpoint,
  LARDER_TEST_SWIFT_KEY: accessKeyId = "test:tester",
  LARDER_TEST_SWIFT_SECRET: secretAccessKey = "testing",
} = process.env;
const bucket = "larder-test";

async function openSwift(): Promise<OpenedRemote> {
  const client = new AwsClient({ accessKeyId, secretAccessKey, service: "s3", region: "us-east-1" });
  const made = await client.fetch(`${endpoint}/${bucket}`, { method: "PUT" });
  if (!made.ok && made.status !== 409) throw new Error(`Swift answered ${made.status} when the bucket was made.`);
  const connect = { endpoint: endpoint!, credentials: { accessKeyId, secretAccessKey }, env: {} };
  return {
    storage: await openRemote(`s3://${bucket}/tests/one`, connect),
    second: await openRemote(`s3://${bucket}/tests/one`, connect),
  };
}

if (endpoint === undefined) {
  test("OpenStack Swift is NOT tested: LARDER_TEST_SWIFT_URL is not set", () => {
    console.warn("OpenStack Swift is NOT tested: set LARDER_TEST_SWIFT_URL to the endpoint of its s3api.");
  });
} else {
  testRemoteStorage("OpenStack Swift", openSwift, {
    abilities: { write: true, list: true, ranges: true, conditionalWrites: "probe" },
  });

  test("an object in parts is stored by Swift, and its version is told", async () => {
    const connect = { endpoint, credentials: { accessKeyId, secretAccessKey }, env: {}, uploadPartBytes: 5 * 2 ** 20 };
    await openSwift();
    const storage = await openRemote(`s3://${bucket}/tests/one`, connect);
    const bytes = sampleBytes(11 * 2 ** 20);
    const written = await storage.write!("large", { bytes });
    const read = await storage.read("large", {
      start: 5 * 2 ** 20 - 10,
      end: 10 * 2 ** 20 + 10,
      ifVersion: written.version,
    });
    expectBytes(
      await bodyOf(read, "a part"),
      bytes.subarray(5 * 2 ** 20 - 10, 10 * 2 ** 20 + 10),
      "a part over three parts",
    );
    expect((await storage.head("large"))!.byteLength).toBe(bytes.byteLength);
    await storage.delete!("large");
  });

  test("Swift refuses a wrong secret", async () => {
    const credentials = { accessKeyId, secretAccessKey: `not ${secretAccessKey}` };
    const storage = await openRemote(`s3://${bucket}/tests/one`, { endpoint, credentials, env: {} });
    await expect(storage.read("data")).rejects.toMatchObject({ code: "remote-refused" });
  });

  test("a bucket that Swift does not have is an error", async () => {
    const credentials = { accessKeyId, secretAccessKey };
    const storage = await openRemote("s3://larder-no-such-bucket/x", { endpoint, credentials, env: {} });
    await expect(storage.read("data")).rejects.toMatchObject({ facts: { serviceCode: "NoSuchBucket" } });
  });
}
