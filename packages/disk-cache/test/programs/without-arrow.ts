// Uses a DiskCache where apache-arrow can't be found.
import { Cache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";

async function main(): Promise<void> {
  const cache = new Cache({ backend: new DiskCache({ directory: process.argv[2]! }) });
  await cache.set("value", { x: 1 });
  await cache.set("large", new Uint8Array(200_000));
  const arrow = await import("apache-arrow").then(
    () => "there",
    (error: Error) => error.message,
  );
  const large = (await cache.get<Uint8Array>("large"))?.byteLength;
  console.log(JSON.stringify({ value: await cache.get("value"), large, arrow }));
  await cache.close();
}

void main();
