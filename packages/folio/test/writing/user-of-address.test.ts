import { createHash } from "node:crypto";
import { MemoryCache } from "@larder/core";
import { expect, onTestFinished, test } from "vitest";
import { openFolio } from "../../src/open-folio.js";
import { objectServer } from "../servers/object-server.js";

const authorization = `Basic ${Buffer.from("maria:pass word").toString("base64")}`;

async function protectedServer() {
  const server = await objectServer({ authorization });
  onTestFinished(() => server.close());
  return server;
}

test("user and password of the address reach what a bundle refers to on its own host, and no other", async () => {
  const [server, other] = [await protectedServer(), await protectedServer()];
  server.objects.put("large/near.txt", Buffer.from("near"));
  other.objects.put("large/far.txt", Buffer.from("far"));
  const checksum = createHash("sha256").update("near").digest("hex");
  const facts = { kind: "text", sizeBytes: 4, checksum, checksumAlgorithm: "sha256" };
  const items = {
    beside: { ...facts, reference: "../large/near.txt" },
    near: { ...facts, reference: `${server.origin}/large/near.txt` },
    far: { kind: "text", reference: `${other.origin}/large/far.txt` },
  };
  server.put("items.json", JSON.stringify({ formatVersion: 1, items }));
  const folio = await openFolio(server.url.replace("://", "://maria:pass%20word@"), {
    env: {},
    log: () => undefined,
    connect: { sleep: async () => undefined },
    cache: { backend: new MemoryCache() },
  });
  onTestFinished(() => folio.close());
  expect(await folio.get("beside")).toBe("near");
  await folio.clearCache();
  expect(await folio.get("near")).toBe("near");
  await expect(folio.get("far")).rejects.toMatchObject({ code: "remote-refused" });
  expect(other.requests.length).toBeGreaterThan(0);
});
