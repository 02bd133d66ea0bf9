import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listed } from "../../src/conformance/listed.js";
import {
  bundleUrl,
  openReference,
  openRemote,
  type RemoteConnectOptions,
  type RemoteStorage,
} from "../../src/index.js";
import type { Fault } from "../servers/fault.js";
import { type ObjectServer, objectServer } from "../servers/object-server.js";
import { type S3Server, s3Server } from "../servers/s3-server.js";

/** Planted wherever a secret can stand, each way it could be written. */
const planted = "hunter2/+Secret";
const forms = [
  planted,
  encodeURIComponent(planted),
  Buffer.from(planted).toString("base64"),
  Buffer.from(`user:${planted}`).toString("base64"),
  "hunter2",
  "X-Amz-Signature",
  "Signature=",
  "Credential=",
];

function expectNoSecret(value: unknown, what: string): void {
  const error = value instanceof Error ? [value.message, value.stack, String(value)] : [];
  const shown = [...error, inspect(value, { depth: 10, showHidden: true }), JSON.stringify(value)].join("\n");
  for (const form of forms) expect(shown.includes(form), `${what} shows '${form}'`).toBe(false);
}

const body = `<Error><Code>SignatureDoesNotMatch</Code><StringToSign>${planted}</StringToSign></Error>`;
const faults: Record<string, Fault> = {
  "401": { status: 401, body: planted },
  "403 that shows what was signed": { status: 403, body },
  "a code that is no name": { status: 400, body: `<Error><Code>${planted}</Code></Error>` },
  "404 of a bucket": { status: 404, body: `<Error><Code>NoSuchBucket</Code><Message>${planted}</Message></Error>` },
  "409": { status: 409, body },
  "412": { status: 412, body },
  "418": { status: 418, headers: { "x-secret": planted }, body: planted },
  "500": { status: 500, body },
  "501": { status: 501, body },
  "503 that asks for time": { status: 503, headers: { "retry-after": planted }, body },
  "a region that is none": { status: 301, headers: { "x-amz-bucket-region": planted }, body: planted },
  "a redirect with a signature": {
    status: 302,
    headers: { location: `ftp://host/?sig=${encodeURIComponent(planted)}` },
  },
  "a redirect to nobody": {
    status: 307,
    headers: { location: `http://127.0.0.1:1/?X-Amz-Signature=${encodeURIComponent(planted)}` },
  },
  "a redirect with a password": {
    status: 302,
    headers: { location: `http://user:${encodeURIComponent(planted)}@127.0.0.1/` },
  },
  "a reset connection": { resetBeforeAnswer: true },
  "no answer in time": { delayMs: 400 },
  "a cut": { cutAfterBytes: 2 },
  "a stall": { stallAfterBytes: 2 },
};

let web: ObjectServer;
let s3: S3Server;
let gs: S3Server;
beforeAll(async () => {
  [web, s3, gs] = await Promise.all([objectServer(), s3Server(), s3Server({ dialect: "gs" })]);
  for (const server of [web, s3, gs]) server.put("data", "0123456789");
});
afterAll(() => Promise.all([web.close(), s3.close(), gs.close()]));

const once: RemoteConnectOptions = { retry: { attempts: 2, firstPauseMs: 0 }, timeoutMs: 100 };
const key = { accessKeyId: "KEY-hunter2", secretAccessKey: planted, sessionToken: planted };

const storages: Record<string, () => Promise<{ storage: RemoteStorage; server: ObjectServer | S3Server }>> = {
  "http, in the address": async () => ({
    server: web,
    storage: await openRemote(web.url.replace("//", `//user:${encodeURIComponent(planted)}@`), once),
  }),
  "http, in a header": async () => ({
    server: web,
    storage: await openRemote(web.url, {
      ...once,
      headers: { authorization: `Bearer ${planted}`, "x-api-key": planted },
    }),
  }),
  "s3, in the options": async () => ({
    server: s3,
    storage: await openRemote(s3.url, { ...once, endpoint: s3.origin, env: {}, credentials: key }),
  }),
  "s3, in the environment": async () => ({
    server: s3,
    storage: await openRemote(s3.url, {
      ...once,
      env: {
        AWS_ACCESS_KEY_ID: "KEY-hunter2",
        AWS_SECRET_ACCESS_KEY: planted,
        AWS_SESSION_TOKEN: planted,
        AWS_ENDPOINT_URL: s3.origin,
      },
    }),
  }),
  "gs, in the options": async () => ({
    server: gs,
    storage: await openRemote(gs.url, { ...once, endpoint: gs.origin, env: {}, credentials: key }),
  }),
};

describe.each(Object.keys(storages))("a secret of %s", (name) => {
  test("is not to be seen in the storage", async () => {
    const { storage } = await storages[name]!();
    expectNoSecret(storage, "the storage");
  });

  test.each(Object.keys(faults))("is in no error, nor what a service answers with: %s", async (fault) => {
    const { storage, server } = await storages[name]!();
    server.fault = () => faults[fault];
    const drained = async () => {
      const read = await storage.read("data");
      if (read.status !== "found") return;
      for await (const _ of read.body);
    };
    const calls: (() => Promise<unknown>)[] = [
      () => storage.head("data"),
      drained,
      () => storage.read("data", { start: 1, end: 5, ifVersion: '"v"' }),
      ...(storage.abilities.write
        ? [
            () => storage.write!("data", { bytes: Buffer.from("x") }),
            () => storage.write!("data", { bytes: Buffer.from("x") }, { ifVersion: null }),
            () => storage.delete!("data"),
            () => listed(storage),
          ]
        : []),
    ];
    let errors = 0;
    for (const call of calls) {
      try {
        await call();
      } catch (error) {
        errors++;
        expect(error).toMatchObject({ name: "RemoteError" });
        expect((error as Error).cause).toBeUndefined();
        expectNoSecret(error, `the error of '${fault}'`);
      }
    }
    expect(errors).toBeGreaterThan(0);
    server.fault = undefined;
  });
});

test("is not shown when an address or option is refused", async () => {
  const escaped = encodeURIComponent(planted);
  const addresses = [
    `https://user:${escaped}@host/lab?token=${escaped}`,
    `https://user:${planted}@@host:port/lab`,
    `s3://user:${escaped}@bucket/lab`,
    `s3://bucket/lab?X-Amz-Signature=${escaped}`,
    `gs://bucket/../${planted}//`,
    `ftp://user:${escaped}@host/lab`,
    `file://${escaped}@host/lab`,
  ];
  for (const address of addresses) {
    const outcomes = [
      await openRemote(address).catch((error: unknown) => error),
      await openReference(address).catch((error: unknown) => error),
      (() => {
        try {
          return bundleUrl(address);
        } catch (error) {
          return error;
        }
      })(),
    ];
    for (const outcome of outcomes) expectNoSecret(outcome, "what an address is refused with");
  }
  const options: RemoteConnectOptions[] = [
    { endpoint: `https://user:${escaped}@host` },
    { env: { AWS_ENDPOINT_URL: `https://host/?key=${escaped}` } },
    { env: { AWS_ACCESS_KEY_ID: planted } },
    { env: { AWS_SECRET_ACCESS_KEY: planted } },
    { credentials: { accessKeyId: "", secretAccessKey: planted } },
    { timeoutMs: planted as unknown as number },
  ];
  for (const option of options) {
    const error = await openRemote("s3://bucket/lab", { env: {}, ...option }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expectNoSecret(error, "what an option is refused with");
  }
  const error = await openRemote("https://host", { headers: { "a b": planted } }).catch((thrown: unknown) => thrown);
  expectNoSecret(error, "what a header is refused with");
});

test("nothing is kept of the error of a function that gives credentials", async () => {
  const credentials = async () => {
    throw new Error(`No session for ${planted}`);
  };
  for (const url of ["s3://bucket/lab", "gs://bucket/lab"]) {
    const storage = await openRemote(url, { ...once, env: {}, credentials });
    const error = await storage.read("data").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "remote-refused" });
    expectNoSecret(error, "the error of a function that gives credentials");
  }
});

test("nothing is kept of the error of a fetch that shows an address", async () => {
  const fetch = async () => {
    const cause = Object.assign(new Error(planted), { code: planted });
    throw new TypeError(`Failed to fetch https://host/?sig=${planted}`, { cause });
  };
  for (const url of ["https://host/lab", "s3://bucket/lab", "gs://bucket/lab"]) {
    const storage = await openRemote(url, {
      ...once,
      fetch,
      env: {},
      ...(url.startsWith("http") ? {} : { credentials: key }),
    });
    const error = await storage.read("data").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "remote-unreachable" });
    expectNoSecret(error, "the error of a failed fetch");
  }
});
