import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Folio } from "../src/folio.js";
import type { FolioEvent } from "../src/folio-events.js";
import { openFolio } from "../src/open-folio.js";
import { folioGround } from "./reading/folio-ground.js";
import { sampleBytes } from "./reading/published-bundle.js";

const secrets = {
  user: "planteduser7f3a",
  password: "planted-password-91c2",
  header: "planted-header-token-55d0",
  accessKeyId: "PLANTEDACCESSKEY81",
  secretAccessKey: "planted-secret-key-2b7e",
  sessionToken: "planted-session-token-c4a9",
  environment: "planted-env-secret-03ef",
  signature: "planted-signature-6d11",
};

/** Everything that was seen or kept, as text. */
async function seen(directory: string, told: readonly unknown[]): Promise<string> {
  const texts = [inspect(told, { depth: 12, showHidden: true }), JSON.stringify(told.map(plain))];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    texts.push(entry.name, bytes.toString("latin1"));
    if (entry.name.endsWith(".gz")) texts.push(gunzipSync(bytes).toString("latin1"));
  }
  return texts.join("\n");
}

/** Errors have fields that JSON passes over. */
function plain(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { ...value, message: value.message, stack: value.stack, cause: plain(value.cause), text: String(value) };
}

function expectNoSecret(text: string): void {
  for (const [name, secret] of Object.entries(secrets)) {
    const forms = [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString("base64").replace(/=+$/, "").slice(0, 20),
    ];
    for (const form of forms) expect(text.includes(form), `the planted ${name} was found`).toBe(false);
  }
}

/** Does all that a folio can, and collects what is thrown and returned. */
async function useAll(folio: Folio, told: unknown[], file: string): Promise<void> {
  const works: (() => Promise<unknown>)[] = [
    () => folio.list(),
    () => folio.describe("a"),
    () => folio.get("a").then(() => "bytes"),
    () => folio.get("missing"),
    () => folio.get("gone"),
    () => folio.get("wrong"),
    () => folio.get("a", { refresh: true }).then(() => "bytes"),
    () =>
      folio
        .stream("a")
        .then((stream) => stream.toArray())
        .then(() => "bytes"),
    () => folio.add("b", { x: 1 }),
    () =>
      folio.add("c", undefined, {
        asReference: `https://${secrets.user}:${secrets.password}@host/x?sig=${secrets.signature}`,
      }),
    () => folio.delete("a"),
    () => folio.convertToReference("a", { url: `s3://x/y?X-Amz-Signature=${secrets.signature}` }),
    () => folio.cacheStatus("a"),
    () => folio.cacheStats(),
    () => folio.refreshCache(),
    () => folio.warmCache().then(({ finished }) => finished),
    () => folio.verifyCache(),
    () => folio.exportCache(file),
    () => folio.analyze(),
  ];
  for (const work of works) told.push(await work().catch((error: unknown) => error));
}

test("no secret of the address, the headers or the environment is seen or kept with a bundle over HTTP", async () => {
  const authorization = `Basic ${Buffer.from(`${secrets.user}:${secrets.password}`).toString("base64")}`;
  const { server, bundle, directory, clock } = await folioGround({ authorization });
  bundle.put("a", sampleBytes(3 << 20, 1));
  const gone = bundle.put("gone", sampleBytes(100, 2));
  server.remove(gone.file!);
  bundle.put("wrong", sampleBytes(100, 3));
  server.put(bundle.items.get("wrong")!.file!, sampleBytes(100, 4));
  const told: unknown[] = [];
  const address = server.url.replace("http://", `http://${secrets.user}:${secrets.password}@`);
  const options = {
    cache: { directory },
    clock,
    onEvent: (event: FolioEvent) => told.push(event),
    log: (line: string) => told.push(line),
    env: { AWS_SECRET_ACCESS_KEY: secrets.environment, LARDER_TTL_SECONDS: "100" },
  };
  const connect = { headers: { "x-api-key": secrets.header }, retry: { attempts: 2 }, sleep: async () => undefined };
  const folio = await openFolio(address, { ...options, connect });
  told.push(folio.url, folio);
  await useAll(folio, told, join(directory, "export.tar.gz"));
  server.fault = ({ path }) =>
    path.includes("/items/") ? { cutAfterBytes: 1000 } : { status: 500, body: `echo ${authorization}` };
  clock.advance(101);
  await useAll(folio, told, join(directory, "export.tar.gz"));
  server.fault = () => ({ status: 401, body: `bad ${secrets.header}`, headers: { "x-echo": secrets.header } });
  await useAll(folio, told, join(directory, "export.tar.gz"));
  await folio.close();
  // While it was cut, part of a body lay there, and the cache was filled.
  expect(told.some((event) => (event as { type?: string }).type === "download")).toBe(true);
  expect(server.requests.some(({ headers }) => headers["x-api-key"] === secrets.header)).toBe(true);
  expectNoSecret(await seen(directory, told));
});

test("no secret of the options or the environment is seen or kept with a bundle in S3", async () => {
  const { directory, clock } = await folioGround();
  const told: unknown[] = [];
  const refused = async () =>
    new Response(
      `<Error><Code>AccessDenied</Code><Message>${secrets.secretAccessKey} ${secrets.sessionToken}</Message></Error>`,
      { status: 403 },
    );
  const broken = async () => {
    throw new TypeError(`fetch failed for ${secrets.accessKeyId} ${secrets.secretAccessKey}`, {
      cause: new Error(secrets.sessionToken),
    });
  };
  for (const fetch of [refused, broken]) {
    for (const given of ["options", "environment"] as const) {
      const { accessKeyId, secretAccessKey, sessionToken } = secrets;
      const folio = await openFolio("s3://lab/experiment-7", {
        cache: { directory },
        clock,
        onEvent: (event) => told.push(event),
        log: (line) => told.push(line),
        env:
          given === "environment"
            ? {
                AWS_ACCESS_KEY_ID: accessKeyId,
                AWS_SECRET_ACCESS_KEY: secretAccessKey,
                AWS_SESSION_TOKEN: sessionToken,
              }
            : {},
        connect: {
          endpoint: `http://${secrets.user}@127.0.0.1:9`.replace(`${secrets.user}@`, ""),
          ...(given === "options" && { credentials: { accessKeyId, secretAccessKey, sessionToken } }),
          fetch,
          retry: { attempts: 2 },
          sleep: async () => undefined,
        },
      });
      told.push(folio.url, folio);
      await useAll(folio, told, join(directory, "export.tar.gz"));
      await folio.close();
    }
  }
  expect(told.filter((value) => value instanceof Error).length).toBeGreaterThan(20);
  expectNoSecret(await seen(directory, told));
});

test.each([
  ["in a query", (url: string) => `${url}?token=${secrets.signature}`],
  ["in a wrong scheme", () => `sftp://${secrets.user}:${secrets.password}@host/x`],
  ["in an address that can't be read", () => `http://${secrets.user}:${secrets.password}@:::/x`],
  [
    "in the address of a bucket",
    () => `s3://${secrets.user}:${secrets.password}@bucket/x?X-Amz-Signature=${secrets.signature}`,
  ],
])("an address with a secret %s is refused without telling it", async (_, address) => {
  const { server, directory } = await folioGround();
  const error = await openFolio(address(server.url), { cache: { directory }, env: {} }).then(
    async (folio) => folio.close().then(() => undefined),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeDefined();
  expectNoSecret(await seen(directory, [error]));
});

test("a setting that is refused is not shown with the secret in it", async () => {
  const { server, directory } = await folioGround();
  const address = `https://${secrets.user}:${secrets.password}@host/?sig=${secrets.signature}`;
  const settings = [
    { cache: { directory, ttlSeconds: address } },
    { cache: { directory, cacheMode: address as "offline" } },
  ];
  for (const options of settings) {
    const error = await openFolio(server.url, { ...options, env: {} }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid-option" });
    expectNoSecret(await seen(directory, [error]));
  }
});
